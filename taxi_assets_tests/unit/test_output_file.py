"""A file that somebody named is written whole; a link, a pipe and a device stay what they are."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taxi_assets.errors import StorageError
from taxi_assets.output_file import write_file

IS_STDOUT = """
import sys
from pathlib import Path
from taxi_assets.output_file import is_stdout
sys.exit(not is_stdout(Path(sys.argv[1])))
"""


def test_a_plain_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    path.write_text("old")
    path.chmod(0o640)
    with path.open() as reader:
        write_file(path, b"new")
        assert reader.read() == "old"
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [*tmp_path.iterdir()] == [path]


def test_the_target_of_a_link_is_written_and_the_link_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "2020" / "trips.csv", tmp_path / "newest.csv"
    link.symlink_to(target)
    write_file(target, b"old", make_folder=True)
    write_file(link, b"new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    target.unlink()
    write_file(link, b"made")
    assert (link.is_symlink(), target.read_text()) == (True, "made")


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_bytes)
        write_file(pipe, b"rows")
        assert read.result(timeout=60) == b"rows"
    assert pipe.is_fifo()


def test_a_device_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to(os.devnull)
    write_file(link, b"rows")
    assert link.is_symlink()
    assert Path(os.devnull).is_char_device()
    assert [*tmp_path.iterdir()] == [link]


def test_stdout_is_known_by_its_names(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    other = tmp_path / "other.csv"
    other.touch()
    with path.open("w") as out:
        asked = ("/dev/stdout", path, other, tmp_path / "missing")
        codes = [
            subprocess.run(
                [sys.executable, "-c", IS_STDOUT, name], stdout=out, check=False
            ).returncode
            for name in asked
        ]
    assert codes == [0, 0, 1, 1]


@pytest.mark.parametrize("name", ["no_folder/trips.csv", "folder", f"{'x' * 300}.csv"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError, match="cannot write") as failure:
        write_file(tmp_path / name, b"rows")
    assert name in failure.value.what
    assert [*tmp_path.iterdir()] == [tmp_path / "folder"]
