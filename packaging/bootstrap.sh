#!/bin/sh
# Sets up what `make` needs:
#     sh packaging/bootstrap.sh libraries run|dev   .venv with the locked libraries
#     sh packaging/bootstrap.sh system run|dev      what the system must bring: Qt's libraries
#     sh packaging/bootstrap.sh venv FOLDER         a bare virtual environment
#
# Needs a Python >= 3.11 only. What the system lacks besides is installed with apt-get where that
# is allowed, and named in one line where it is not.
set -eu
cd "$(dirname "$0")/.."
venv=.venv

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

may_install() {
    command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" >"$log" 2>&1 </dev/null; }

# Installs packages; the package list is fetched only if the first try fails.
apt_install() {
    may_install || return 1
    say "Installing with apt-get: $*"
    log=$(mktemp)
    if apt_get install --no-install-recommends "$@" ||
        { apt_get update && apt_get install --no-install-recommends "$@"; }; then
        rm -f "$log"
    else
        tail -n 5 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# The locks are tried most on 3.11, so it comes first.
find_python() {
    for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
        if is_recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed: install it (Debian, Ubuntu: sudo apt-get install python3.11), or name it with make PYTHON=..."
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$package" ||
            fail "Python's venv module is missing: run sudo apt-get install $package, then make again."
    fi
    rm -rf "$1"
    "$python" -m venv "$1"
}

is_usable() {
    is_recent $venv/bin/python && $venv/bin/python -m pip --version >/dev/null 2>&1 &&
        [ "$(cat $venv/.home 2>/dev/null || pwd)" = "$(pwd)" ]
}

# What has to be built is built with the locked setuptools; pip is locked, too.
pip_install() {
    $venv/bin/python -m pip --disable-pip-version-check install --no-input --no-build-isolation "$@"
}

install_libraries() {
    is_usable || make_venv $venv
    pwd >$venv/.home
    quiet=
    if [ ! -t 2 ]; then quiet=-q; fi
    say "Installing the locked libraries into $venv (the first time some 350 MB are fetched)"
    pip_install $quiet --require-hashes -r requirements/build.lock
    pip_install $quiet --require-hashes -r "requirements/$kind.lock"
    # setuptools warns about every editable installation.
    PYTHONWARNINGS=ignore pip_install -q --no-deps -e .
    touch "$venv/.$kind-libraries"
}

# Asks the loader, so it is right on any distribution and costs some 0.1 s.
missing_libraries() {
    command -v ldd >/dev/null 2>&1 || return 0
    for file in "$venv"/lib/python*/site-packages/PySide6/Qt*.so \
        "$venv"/lib/python*/site-packages/PySide6/Qt/plugins/platforms/lib*.so \
        "$venv"/lib/python*/site-packages/lightgbm/lib/*.so; do
        if [ -e "$file" ]; then ldd "$file" 2>/dev/null || true; fi
    done | awk '/not found/ && $1 !~ /^libQt/ { print $1 }' | sort -u
}

package_of() {
    case $1 in
        libEGL.so.*) echo libegl1 ;;
        libGL.so.* | libGLX.so.* | libOpenGL.so.*) echo libgl1 libopengl0 ;;
        libxkbcommon.so.*) echo libxkbcommon0 ;;
        libxkbcommon-x11.so.*) echo libxkbcommon-x11-0 ;;
        libdbus-1.so.*) echo libdbus-1-3 ;;
        libglib-2.0.so.* | libgthread-2.0.so.* | libgio-2.0.so.* | libgobject-2.0.so.*) echo libglib2.0-0 ;;
        libfontconfig.so.*) echo libfontconfig1 ;;
        libfreetype.so.*) echo libfreetype6 ;;
        libX11-xcb.so.*) echo libx11-xcb1 ;;
        libX11.so.*) echo libx11-6 ;;
        libxcb.so.*) echo libxcb1 ;;
        libxcb-cursor.so.*) echo libxcb-cursor0 ;;
        libxcb-icccm.so.*) echo libxcb-icccm4 ;;
        libxcb-image.so.*) echo libxcb-image0 ;;
        libxcb-keysyms.so.*) echo libxcb-keysyms1 ;;
        libxcb-randr.so.*) echo libxcb-randr0 ;;
        libxcb-render.so.*) echo libxcb-render0 ;;
        libxcb-render-util.so.*) echo libxcb-render-util0 ;;
        libxcb-shape.so.*) echo libxcb-shape0 ;;
        libxcb-shm.so.*) echo libxcb-shm0 ;;
        libxcb-sync.so.*) echo libxcb-sync1 ;;
        libxcb-util.so.*) echo libxcb-util1 ;;
        libxcb-xfixes.so.*) echo libxcb-xfixes0 ;;
        libxcb-xkb.so.*) echo libxcb-xkb1 ;;
        libwayland-client.so.*) echo libwayland-client0 ;;
        libwayland-cursor.so.*) echo libwayland-cursor0 ;;
        libwayland-egl.so.*) echo libwayland-egl1 ;;
        libdrm.so.*) echo libdrm2 ;;
        libgomp.so.*) echo libgomp1 ;;
        *) echo "$1" ;;
    esac
}

missing_packages() {
    for library in $(missing_libraries); do package_of "$library"; done | tr ' ' '\n' | sort -u
    if [ "$kind" = dev ] && ! command -v Xvfb >/dev/null 2>&1; then echo xvfb; fi
}

install_system_packages() {
    missing=
    if [ "$(uname -s)" = Linux ]; then missing=$(missing_packages | tr '\n' ' '); fi
    # shellcheck disable=SC2086 # a list of names
    if [ -n "$missing" ] && apt_install $missing; then
        missing=$(missing_packages | tr '\n' ' ')
    fi
    if [ -z "$missing" ]; then
        touch "$venv/.$kind-system"
    else
        say "The window needs system packages that are not installed: sudo apt-get install ${missing% }"
    fi
}

case $1 in
    libraries) kind=$2 && install_libraries ;;
    system) kind=$2 && install_system_packages ;;
    venv) make_venv "$2" ;;
esac
