import io
import os
import signal
import socket
import struct
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner import PhotoError
from captioner.photos import reader
from tests.support.hanging import hanging_file
from tests.support.photos import read_photo
from tests.support.system import own_memory
from tests.support.tiff import DEFLATE, tiff_file

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
ROOT = Path(__file__).parents[3]


def encoded(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


PHOTO = encoded(Image.effect_noise((40, 30), 50).convert("RGB"), "PNG")


def workers(parent: int) -> list[int]:
    """The processes of a program that read photos."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line, status = (folder / "cmdline").read_bytes(), (folder / "stat").read_text()
        except OSError:  # it has ended
            continue
        if b"captioner.photos.worker" in line and int(status.rsplit(")", 1)[1].split()[1]) == parent:
            found.append(int(folder.name))
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def read_in_a_thread(source) -> "tuple[threading.Thread, list[str]]":
    """Read a photo that will fail, and collect the sentence."""
    sentences: list[str] = []

    def read() -> None:
        try:
            read_photo(source)
        except PhotoError as error:
            sentences.append(error.sentence)

    thread = threading.Thread(target=read)
    thread.start()
    return thread, sentences


@pytest.fixture
def lone():
    """No process waits, so that the next one to start is the one that reads."""
    reader.end()


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_decoder_that_crashes_costs_one_photo(lone, tmp_path, number):
    with hanging_file(tmp_path / "photo.png") as hanging:
        thread, sentences = read_in_a_thread(hanging.path)
        hanging.wait()
        os.kill(workers(os.getpid())[-1], number)
        thread.join()
    assert sentences == [reader.CRASHED]
    assert read_photo(PHOTO).shape == (30, 40, 3)


@linux
def test_a_decoder_that_died_while_it_waited_costs_nothing(lone):
    read_photo(PHOTO)
    for worker in workers(os.getpid()):
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not any(worker.lives() for worker in reader._idle))
    assert read_photo(PHOTO).shape == (30, 40, 3)


@pytest.mark.slow
@linux
def test_a_photo_that_hangs_times_out_and_delays_no_other(lone, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "PHOTO_TIMEOUT", 3)
    with hanging_file(tmp_path / "photo.png") as hanging:
        thread, sentences = read_in_a_thread(hanging.path)
        hanging.wait()
        stuck = workers(os.getpid())
        monkeypatch.setattr(reader, "PHOTO_TIMEOUT", 60)
        assert read_photo(PHOTO).shape == (30, 40, 3)
        assert not sentences
        thread.join()
        assert sentences == [reader.TOO_SLOW]
        wait_until(lambda: not any(map(alive, stuck)))


@pytest.mark.slow
def test_the_time_before_a_large_photo_has_its_turn_counts(lone, monkeypatch):
    monkeypatch.setattr(reader, "PHOTO_TIMEOUT", 2)
    worker = reader._Worker()
    monkeypatch.setattr(worker, "_exchange", lambda order, content: time.sleep(1.5))  # and then None: it is large
    begun = time.monotonic()
    with pytest.raises(PhotoError, match="took over 8 seconds"):
        worker.ask({}, b"")
    assert time.monotonic() - begun < 2.9
    worker.end()


@linux
def test_a_stopped_decoder_times_out(lone, monkeypatch):
    read_photo(PHOTO)
    (worker,) = workers(os.getpid())
    os.kill(worker, signal.SIGSTOP)
    monkeypatch.setattr(reader, "PHOTO_TIMEOUT", 1)
    with pytest.raises(PhotoError, match="took over 8 seconds"):
        read_photo(PHOTO * 1000)  # more than fits into the pipe
    wait_until(lambda: not alive(worker))


def tiff(side: int) -> bytes:
    """A TIFF file of one strip of 32-bit floats, all zero, which its decoder unpacks in one piece."""
    packer = zlib.compressobj(1)
    row = bytes(4 * side)
    strip = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    tags = {256: side, 257: side, 258: 32, 259: 8, 262: 1, 273: 134, 277: 1, 278: side, 279: len(strip), 339: 3}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries
    return struct.pack("<4sI", b"II*\0", 8) + directory.ljust(126, b"\0") + strip


@linux
def test_memory_has_a_limit(lone):
    assert read_photo(tiff(100)).shape == (100, 100, 3)
    (worker,) = workers(os.getpid())
    with pytest.raises(PhotoError):
        read_photo(tiff(12_000))  # 576 MB, twice
    if alive(worker):  # so it was refused in good order
        peak = next(line for line in Path(f"/proc/{worker}/status").read_text().splitlines() if "VmHWM" in line)
        assert int(peak.split()[1]) * 1024 < 1_200_000_000
    assert read_photo(PHOTO).shape == (30, 40, 3)


@pytest.mark.slow
@linux
def test_large_photos_are_decoded_one_at_a_time(lone, tmp_path):
    side = 10_000
    path = tmp_path / "black.bmp"
    with path.open("wb") as file:
        file.write(struct.pack("<2s4xHHIIiiHH24x", b"BM", 0, 0, 54, 40, side, side, 1, 24))
        file.truncate(54 + 3 * side**2)
    shapes: list[tuple[int, ...]] = []
    threads = [threading.Thread(target=lambda: shapes.append(read_photo(path).shape)) for _ in range(3)]
    for thread in threads:
        thread.start()
    most = 0
    while any(thread.is_alive() for thread in threads):
        most = max(most, sum(map(own_memory, workers(os.getpid()))))
    assert shapes == [(715, 715, 3)] * 3
    assert 4 * side**2 < most < 6 * side**2


@linux
def test_a_decoder_that_waits_returns_the_memory_of_a_large_photo(lone):
    small, large = PHOTO, encoded(Image.effect_noise((4000, 3000), 50).convert("RGB"), "BMP")
    read_photo(small)
    (worker,) = workers(os.getpid())
    usual = own_memory(worker)
    reader.read(large, [3000])
    wait_until(lambda: own_memory(worker) < usual + 8_000_000)
    assert workers(os.getpid()) == [worker]


@linux
def test_no_second_decoder_is_started_before_two_photos_are_read_at_once(lone, tmp_path):
    with hanging_file(tmp_path / "photo.png") as hanging:
        thread, _ = read_in_a_thread(hanging.path)
        hanging.wait()
        reader.start()
        (worker,) = workers(os.getpid())
        os.kill(worker, signal.SIGKILL)
        thread.join()


@posix
def test_no_decoder_outlives_the_program(tmp_path):
    program = textwrap.dedent(
        """
        import os, signal, sys
        from captioner.photos import reader
        reader.start()
        reader.read(bytes.fromhex(sys.argv[1]), [10])
        print(reader._idle[0]._process.pid, flush=True)
        sys.stdin.read()
        """
    )
    command = [sys.executable, "-c", program, PHOTO.hex()]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        worker = int(process.stdout.readline())
        os.kill(worker, 0)
        process.kill()
    wait_until(lambda: not alive(worker))


def test_several_threads_read_at_once(samples):
    shapes: list[tuple[int, ...]] = []
    threads = [threading.Thread(target=lambda: shapes.append(read_photo(samples["cat"]).shape)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shapes) == 6
    assert len(set(shapes)) == 1


@posix
@pytest.mark.parametrize("make", ["pipe", "socket", "device"])
def test_what_is_not_a_file_is_refused_at_once(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket may not be long
    path = Path("photo.jpg")
    if make == "pipe":
        os.mkfifo(path)
    elif make == "socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(PhotoError, match=f"This is a {'device' if make == 'device' else 'pipe'}, not a photo"):
        read_photo(path)


@posix
def test_links_are_followed(tmp_path, samples):
    link, dangling = tmp_path / "link.jpg", tmp_path / "dangling.jpg"
    link.symlink_to(samples["cat"])
    assert read_photo(link).ndim == 3
    dangling.symlink_to(tmp_path / "nothing.jpg")
    with pytest.raises(PhotoError, match="a link to a file that is not there"):
        read_photo(dangling)


@posix
@pytest.mark.parametrize("name", ["-rf.png", "{a b}\n'\".png", "日本語 🐕.png", b"caf\xe9.png", "x" * 251 + ".png"])
def test_a_file_may_have_any_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = Path(os.fsdecode(name))
    path.write_bytes(PHOTO)
    assert read_photo(path).shape == (30, 40, 3)
    assert read_photo(path.absolute()).shape == (30, 40, 3)


@posix
def test_no_program_is_started_for_a_photo(lone, tmp_path, monkeypatch):
    """Ghostscript would be, for a PostScript file."""
    started = tmp_path / "started"
    gs = tmp_path / "gs"
    gs.write_text(f"#!/bin/sh\ntouch '{started}'\n")
    gs.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    drawing = encoded(Image.new("RGB", (10, 10)), "EPS")
    with pytest.raises(PhotoError, match="This is a PostScript drawing"):
        read_photo(drawing)
    assert not started.exists()
    probe = "import subprocess; from captioner.system import limits; limits.limit(10**9); subprocess.run(['gs'])"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True)
    assert "PermissionError: subprocess.Popen is forbidden here" in done.stderr
    assert not started.exists()


@linux
def test_what_it_may_not_read(tmp_path):
    from captioner.photos.worker import open_file

    path = tmp_path / "secret.jpg"
    path.write_bytes(PHOTO)
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # nobody: root may read everything
    try:
        with pytest.raises(PhotoError, match=r"The file can't be read \(Permission denied\)\.$"):
            open_file(str(path))
    finally:
        os.seteuid(user)


def test_a_common_photo_does_not_wait_for_numpy(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(Image.effect_noise((40, 30), 50).convert("RGB"), "JPEG"))
    probe = f"""
import sys
from captioner.photos.decode import decode
with open({str(path)!r}, "rb") as file:
    decode(file, [100], lambda: None)
print("numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.slow
@linux
def test_a_large_photo_of_16_bits_stays_within_the_limits(lone):
    """Of 24 megapixels, packed in one strip."""
    samples = np.zeros((4000, 6000, 3), np.uint16)
    samples[:, :3000] = 40_000
    content = tiff_file(samples, 2, compression=DEFLATE, pack=lambda content: zlib.compress(content, 1))
    assert read_photo(content).shape == (800, 1200, 3)
    (worker,) = workers(os.getpid())
    peak = next(line for line in Path(f"/proc/{worker}/status").read_text().splitlines() if "VmHWM" in line)
    assert int(peak.split()[1]) * 1024 < 500_000_000
