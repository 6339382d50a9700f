"""Holds compiled functions to the size that a zip of each may have: sizes.py <bytes> <binary> …"""

import io
import pathlib
import sys
import zipfile


def zipped(binary: pathlib.Path) -> int:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(binary, "bootstrap")
    return file.tell()


budget, *binaries = sys.argv[1:]
sizes = {pathlib.Path(binary): zipped(pathlib.Path(binary)) for binary in binaries}
for binary, size in sizes.items():
    print(f"{binary.name}: {binary.stat().st_size:,} bytes, {size:,} zipped")
too_large = [binary.name for binary, size in sizes.items() if size > int(budget)]
if too_large or not sizes:
    sys.exit(f"more than {int(budget):,} bytes zipped: {', '.join(too_large) or 'nothing was measured'}")
