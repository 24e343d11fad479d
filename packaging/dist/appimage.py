"""Makes the AppImage: one file that is mounted and run, or extracts itself."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

from icons import ICONS
from tree import METAINFO, copy_program, lay_out_shared, made, write
from workshop import BUILD, DIST, HERE, NAME, CannotMakeError, fresh, run, set_times, tool, version


def make_appimage() -> Path:
    """Pack the frozen program behind a runtime that is compiled here; return the file."""
    squash = tool("mksquashfs", "squashfs-tools")
    runtime = compile_runtime()
    root = fresh(BUILD / "AppDir")
    copy_program(root / "program")
    lay_out_shared(root / "usr" / "share")
    shutil.copy(root / "usr" / "share" / "applications" / f"{NAME}.desktop", root)
    shutil.copy(ICONS / "256.png", root / f"{NAME}.png")
    (root / ".DirIcon").symlink_to(f"{NAME}.png")
    (root / "usr" / "share" / "metainfo" / METAINFO).chmod(0o644)
    write(root / "AppRun", (HERE / "linux" / "AppRun").read_text(encoding="utf-8"), mode=0o755)
    set_times(root)
    image = BUILD / "appimage.squashfs"
    image.unlink(missing_ok=True)
    run(
        squash, root, image, "-root-owned", "-noappend", "-comp", "zstd", "-Xcompression-level",
        "15", "-quiet", "-no-progress",
    )  # fmt: skip
    target = made(DIST) / f"{NAME}-{version()}-x86_64.AppImage"
    with target.open("wb") as file:
        for part in (runtime, image):
            with part.open("rb") as source:
                shutil.copyfileobj(source, file, 1 << 20)
    target.chmod(0o755)
    return target


def compile_runtime() -> Path:
    """Compile the runtime; return it, marked as an AppImage of type 2.

    Raises:
        CannotMakeError: The compiler or the static libraries are missing.
    """
    compiler = tool("gcc", "gcc")
    if not Path("/usr/include/squashfuse/ll.h").exists():
        raise CannotMakeError(
            "The libraries of the runtime are missing: "
            "sudo apt-get install libsquashfuse-dev libfuse3-dev libzstd-dev"
        )
    made(BUILD)
    target = BUILD / "appimage-runtime"
    run(
        compiler, "-Os", "-s", "-static", "-D_FILE_OFFSET_BITS=64", "-DFUSE_USE_VERSION=32",
        "-I/usr/include/fuse3", "-Wall", "-o", target, HERE / "linux" / "runtime.c",
        "-lsquashfuse_ll", "-lsquashfuse", "-lfuse3", "-lzstd", "-llzma", "-llz4", "-llzo2", "-lz",
        "-lpthread", "-ldl",
    )  # fmt: skip
    data = bytearray(target.read_bytes())
    data[8:11] = b"AI\x02"  # where a desktop looks
    target.write_bytes(data)
    _check_end(bytes(data))
    return target


def _check_end(elf: bytes) -> None:
    """See to it that the runtime finds its end, where the file system begins, as it computes it."""
    (offset,) = struct.unpack_from("<Q", elf, 40)
    size, count = struct.unpack_from("<HH", elf, 58)
    if offset + size * count != len(elf):
        raise CannotMakeError("The compiled runtime does not end with its section headers.")
