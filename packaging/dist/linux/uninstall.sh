#!/bin/sh
# Removes DashAI Monitor from the account of the user who runs it. Jobs, datasets and models in
# ~/.DashAI stay, unless --purge is given and the question is answered with "yes".
set -eu
data=${XDG_DATA_HOME:-$HOME/.local/share}
local_folder=${DASHAI_LOCAL_PATH:-$HOME/.DashAI}

rm -f "$HOME/.local/bin/dashai-monitor" "$data/applications/dashai-monitor.desktop" \
    "$data/mime/packages/dashai-monitor.xml" "$data/man/man1/dashai-monitor.1.gz" \
    "$data/metainfo/io.github.dashai_monitor.metainfo.xml"
find "$data/icons/hicolor" -name 'dashai-monitor.png' -delete 2>/dev/null || true
find "$data/icons/hicolor" -name 'dashai-monitor.svg' -delete 2>/dev/null || true
update-desktop-database -q "$data/applications" 2>/dev/null || true
update-mime-database "$data/mime" 2>/dev/null || true
gtk-update-icon-cache -q -t -f "$data/icons/hicolor" 2>/dev/null || true
rm -rf "$data/dashai-monitor"

if [ "${1:-}" = --purge ] && [ -d "$local_folder/monitor" ]; then
    printf 'Delete all datasets, models and results in %s/monitor? Type yes: ' "$local_folder"
    read -r answer
    if [ "$answer" = yes ]; then rm -rf "$local_folder/monitor"; fi
fi
echo "DashAI Monitor is removed. What you made with it is still in $local_folder."
