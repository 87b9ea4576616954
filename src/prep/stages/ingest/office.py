"""Office packages: whether an XML part declares entities, which the format forbids and no part needs."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

# What may stand before a part's root element, or before a document type.
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARED = b"<!DOCTYPE"


def declares_entities(data: bytes) -> bool:
    """Whether a part has a document type: entities that grow, or that name other files. Broken parts have none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(
            _has_type(archive, entry)
            for entry in archive.infolist()
            if entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        )


def _has_type(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    head, size = b"", 4096
    try:
        with archive.open(entry) as part:
            while block := part.read(size):
                head += block.replace(b"\0", b"")  # UTF-16 as ASCII
                rest = _BEFORE.sub(b"", head, count=1)
                if len(rest) >= len(_DECLARED) and not rest.startswith((b"<?", b"<!--")):
                    return rest.startswith(_DECLARED)
                size = len(head)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return False  # whoever reads the part says what is wrong with it
    return False
