#!/bin/sh
# Installs DashAI Monitor @VERSION@ for the user who runs it. The program is put beside the old
# one and takes its place in one step, so that no mixture of two versions is ever there.
set -eu
data=${XDG_DATA_HOME:-$HOME/.local/share}
home=$data/dashai-monitor
bin=$HOME/.local/bin

if [ "${1:-}" = --help ]; then
    echo "Installs into $home, with a command in $bin and an entry in the menu."
    exit 0
fi
mkdir -p "$home" "$bin"
new=$home/program-@VERSION@.new
rm -rf "$new"
cp -a program "$new"
cp uninstall.sh "$home/uninstall.sh"

# A program that runs keeps its folder until it ends: the old one is moved aside, not deleted.
target=$home/program
if [ -e "$target" ]; then
    old=$home/program.old
    rm -rf "$old"
    mv "$target" "$old"
fi
mv "$new" "$target"
ln -sfn "$target/dashai-monitor" "$bin/dashai-monitor"

find share -type f | while read -r file; do
    mkdir -p "$data/$(dirname "${file#share/}")"
    cp "$file" "$data/${file#share/}"
done
entry=$data/applications/dashai-monitor.desktop
escaped=$(printf '%s' "$target/dashai-monitor" | sed 's/[&|\\]/\\&/g')
sed -i "s|^Exec=@COMMAND@|Exec=\"$escaped\"|; s|^TryExec=.*|TryExec=$escaped|" "$entry"
update-desktop-database -q "$data/applications" 2>/dev/null || true
update-mime-database "$data/mime" 2>/dev/null || true
gtk-update-icon-cache -q -t -f "$data/icons/hicolor" 2>/dev/null || true

echo "DashAI Monitor @VERSION@ is installed: it is in the menu, and $bin/dashai-monitor starts it."
case ":$PATH:" in
    *":$bin:"*) ;;
    *) echo "$bin is not on your PATH; the menu entry works without it." ;;
esac
echo "To remove it: sh \"$home/uninstall.sh\""
