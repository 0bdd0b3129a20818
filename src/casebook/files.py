"""The one place that writes files: each is written beside its place, made to last, and then moved into it.
What is read is looked at here first, so that no pipe is waited for.

So whoever looks finds the old file or the new one, never a part of it, whenever the disk fills up or the
program is killed. What failed takes its half-done part away again; a part that a killed program left behind
is hidden, in nobody's way, and goes with a later write in the same folder.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .errors import CommandError

_STEM, _ENDING = ".casebook-", ".part"
FORGOTTEN = 3600  # seconds after which a part is nobody's any more
#: How files begin that are taken for text by mistake, and what they are.
BEGINS = {
    b"PK\x03\x04": "a spreadsheet (.xlsx, .ods) or an archive (.zip)",
    b"\xd0\xcf\x11\xe0": "a file of an older office program (.xls, .doc)",
    b"\x1f\x8b": "a packed file (.gz)",
    b"%PDF": "a PDF",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


def write(path: str | Path, content: str | bytes) -> Path:
    """Write a file, whole or not at all; text as UTF-8. Its path. Raises OSError."""
    with beside(path) as part:
        part.write_bytes(_bytes(content))
    return Path(path)


def write_all(contents: Mapping[Path, str | bytes]) -> list[Path]:
    """Write files that belong together, all of them or none, in the place of what is there; their paths.

    Each is written beside its place before the first is moved; where one cannot be moved, those before it are
    put back. Folders are made. Where a program is killed between two moves, each file is whole, and the same
    call again makes them one set. Raises OSError.
    """
    targets = {path: Path(os.path.realpath(path)) for path in contents}
    straight = [path for path, target in targets.items() if target.exists() and not target.is_file()]
    with ExitStack() as clear, ExitStack() as undo:
        parts = {
            targets[path]: _beside(targets[path], _bytes(content), clear)
            for path, content in contents.items()
            if path not in straight
        }
        kept = {target: _beside(target, target.read_bytes(), clear) for target in parts if target.exists()}
        for path in straight:
            write(path, contents[path])  # a device; a folder is refused
        for target, part in parts.items():
            undo.callback(_put_back, kept.get(target), target)
            os.replace(part, target)
        undo.pop_all()
    for folder in {target.parent for target in parts}:
        _last(folder)
    return list(contents)


@contextmanager
def beside(path: str | Path) -> Iterator[Path]:
    """A file beside this one for others to fill; when that ends well, it takes this one's place.

    A link stays a link, and what it leads to is replaced; a pipe or a device is written straight, since
    nothing can be moved there. Raises OSError.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder", str(path))
    if target.exists() and not target.is_file():
        with tempfile.TemporaryDirectory() as work:
            yield Path(work) / "made"
            with target.open("wb") as straight:
                straight.write((Path(work) / "made").read_bytes())
        return
    part = _part(target.parent)
    try:
        yield part
        if target.exists():
            part.chmod(target.stat().st_mode & 0o777)
        _last(part)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _last(target.parent)


def write_new(contents: Mapping[Path, str | bytes]) -> None:
    """Write files that belong together, all of them or none, and never over another file.

    Where a program was killed between two of them, the same call again writes what is missing. Folders are
    made. Raises FileExistsError, whose `filename` is the file in the way; OSError.
    """
    if all(path.exists() for path in contents):
        raise FileExistsError(17, "it is there already", str(next(iter(contents))))
    with ExitStack() as clear, ExitStack() as undo:
        parts = {path: _beside(path, _bytes(content), clear) for path, content in contents.items()}
        for path, content in contents.items():
            if _claim(parts[path], path, _bytes(content)):
                undo.callback(_put_back, None, path)
        undo.pop_all()


def place(made: Path, target: Path) -> None:
    """Move a file or a folder into place; where another process was quicker, its result stays.

    Raises OSError.
    """
    try:
        os.replace(made, target)
    except OSError:
        if not target.exists():
            raise


def not_among(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raises CommandError where an output is one of the inputs, by whatever name: it would be lost."""
    read = [path for path in inputs if _there(path)]
    for out in outputs:
        if _there(out) and any(os.path.samefile(out, path) for path in read):
            raise CommandError(f"{out}: it is one of the files that are read; give the output another name")


def regular(path: str | Path) -> Path:
    """The path of a file to read. Raises OSError where it leads to a pipe or a device, for which one could
    wait for ever."""
    file = Path(path)
    if _there(file) and not (file.is_file() or file.is_dir()):
        raise OSError(22, "it is a pipe or a device; save it as a file first", str(path))
    return file


def can_be_written(outputs: Iterable[Path]) -> None:
    """Raises CommandError where one of several outputs cannot be written, before the first of them is."""
    for out in outputs:
        if out.is_dir():
            raise CommandError(f"{out}: it cannot be written: it is a folder")
        target = Path(os.path.realpath(out))
        straight = target.exists() and not target.is_file()  # a device is not replaced
        above = next(each for each in target.parents if _there(each))
        if not above.is_dir() or not os.access(target if straight else above, os.W_OK):
            why = "no files can be put there" if above.is_dir() else f"{above} is no folder"
            raise CommandError(f"{out}: it cannot be written: {why}")


def no_text(begins: bytes) -> str | None:
    """What a file is that begins so and cannot be read as text; None where it may be text."""
    return next((what for mark, what in BEGINS.items() if begins.startswith(mark)), None)


def _beside(target: Path, content: bytes, clear: ExitStack) -> Path:
    """A part beside a file, with its rights, that the disk keeps. `clear` takes away what is not moved, and
    the folders that are made for it where they stay empty."""
    for folder in [each for each in target.parents if not _there(each)][::-1]:
        clear.callback(_drop_empty, folder)
        folder.mkdir(exist_ok=True)
    part = _part(target.parent)
    clear.callback(part.unlink, missing_ok=True)
    part.write_bytes(content)
    if target.exists():
        part.chmod(target.stat().st_mode & 0o777)
    _last(part)
    return part


def _drop_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _put_back(old: Path | None, target: Path) -> None:
    """Have a file as it was, as far as the system lets it."""
    with contextlib.suppress(OSError):
        if old is None:
            target.unlink(missing_ok=True)
        else:
            os.replace(old, target)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no name that a file can have
        return False


def _bytes(content: str | bytes) -> bytes:
    # Half a character, which a name of a file can hold, is spelled out.
    return content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content


def _part(folder: Path) -> Path:
    """A name of our own in a folder, which nobody else has."""
    _sweep(folder)
    return folder / f"{_STEM}{secrets.token_hex(8)}{_ENDING}"


def _sweep(folder: Path) -> None:
    """Take away the parts of programs that were killed."""
    with contextlib.suppress(OSError):
        for old in folder.glob(f"{_STEM}*{_ENDING}"):
            if time.time() - old.stat().st_mtime > FORGOTTEN:
                old.unlink()


def _last(path: Path) -> None:
    """Have the disk keep a file; of a folder, the names in it, where the system can."""
    if path.is_dir():
        with contextlib.suppress(OSError):
            _sync(path, os.O_RDONLY)
    else:
        _sync(path, os.O_RDWR)


def _sync(path: Path, how: int) -> None:
    number = os.open(path, how)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _claim(part: Path, path: Path, content: bytes) -> bool:
    """Give a file its name unless that is taken; False where just this file is there already."""
    try:
        os.link(part, path)
    except FileExistsError as error:
        if path.is_file() and path.read_bytes() == content:
            return False
        raise FileExistsError(error.errno, "it is there already", str(path)) from None
    except OSError:  # a file system without links: take the name first
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        try:
            os.replace(part, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return True
