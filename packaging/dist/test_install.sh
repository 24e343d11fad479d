#!/bin/sh
# Installs, tries, upgrades and removes what `make dist` has made, in an empty Debian 12.
# Needs root, debootstrap and a display (Xvfb is enough). `make test-install` runs it.
set -eu
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "This makes a system of its own: run it as root." >&2; exit 1; }
deb=$(ls dist/dashai-monitor_*_*.deb)
run_file=$(ls dist/dashai-monitor-*.run)
root=$(mktemp -d "${TMPDIR:-/var/tmp}/dashai-monitor-debian.XXXXXX")
chmod 755 "$root"  # its users are to enter it
python=.venv/bin/python
cleanup() {
    for place in tmp proc dev/pts dev; do umount -l "$root/$place" 2>/dev/null || true; done
    rm -rf "$root"
}
trap cleanup EXIT INT TERM
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"; }
step() { printf '\n== %s\n' "$*"; }
gone() { if [ -e "$root$1" ]; then echo "$1 is still there" >&2; exit 1; fi; }

step "An empty Debian 12"
# Where this machine gets its own packages; both forms of the file are in use.
mirror=${MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null \
    | awk '$1 == "deb" || $1 == "URIs:" { print $2; exit }')}
debootstrap --variant=minbase bookworm "$root" "${mirror:-http://deb.debian.org/debian}" >/dev/null
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
mount -t proc proc "$root/proc"
mount --bind /tmp "$root/tmp"

step "Install the package"
inside apt-get update -qq
cp "$deb" "$root/root/"
inside env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    "/root/$(basename "$deb")" >/dev/null
inside apt-get install -qq -y --no-install-recommends desktop-file-utils >/dev/null
inside desktop-file-validate /usr/share/applications/dashai-monitor.desktop
grep -q "application/vnd.dashai.arff" "$root/usr/share/mime/types"
exec_line=$(sed -n 's/^Exec=\([^ ]*\).*/\1/p' "$root/usr/share/applications/dashai-monitor.desktop")

step "Try it, started as the menu does"
"$python" packaging/dist/smoke.py chroot "$root" "$exec_line"

step "Upgrade it while it runs and a job with it, over data of its own"
"$python" packaging/dist/try_upgrade.py "$root" "/root/$(basename "$deb")"

step "Remove it; what people made stays"
mkdir -p "$root/root/.DashAI/monitor"
inside apt-get purge -qq -y dashai-monitor >/dev/null
gone /opt/dashai-monitor
gone /usr/bin/dashai-monitor
gone /usr/share/applications/dashai-monitor.desktop
[ -d "$root/root/.DashAI/monitor" ]

step "The installer for one user, as a user without rights"
inside useradd --create-home ann
cp "$run_file" "$root/home/ann/install.run"
inside su ann -c 'sh /home/ann/install.run --quiet --nox11'
HOME=/home/ann SMOKE_UID=$(inside id -u ann) "$python" packaging/dist/smoke.py chroot --userspec=ann "$root" \
    /home/ann/.local/share/dashai-monitor/program/dashai-monitor
inside su ann -c 'sh /home/ann/.local/share/dashai-monitor/uninstall.sh'
gone /home/ann/.local/share/dashai-monitor
step "All of it works."
