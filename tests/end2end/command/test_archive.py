"""`captioner archive` on a real Ray cluster, and with a real S3 server."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from captioner.archive import cluster
from captioner.cli import main
from tests.support.archives import differences, paths, rows, write_parquet, write_tar
from tests.support.program import wait_for
from tests.support.ray_cluster import VARIABLES, CrashingActor, RayCluster
from tests.support.system import descendants

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
# The program, with parts of two photos, so that few photos make several parts.
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from captioner import cli; from captioner.archive import journal; journal.MIN_UNIT_SIZE = 2; "
    "sys.exit(cli.main(sys.argv[1:]))",
]


@pytest.fixture(scope="module")
def ray_cluster() -> Iterator[RayCluster]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        started = RayCluster()
        yield started
        started.shutdown()


@pytest.fixture(scope="module")
def photos(tmp_path_factory, samples) -> Path:
    """A folder of 9 different photos, and one that is broken."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(9):
        image = Image.open(list(samples.values())[number % 3])
        image.crop((number, number, image.width, image.height)).resize((320, 320)).save(folder / f"{number:02}.jpg")
    (folder / "broken.jpg").write_bytes(b"broken")
    return folder


@pytest.fixture(scope="module")
def expected(photos) -> list[dict[str, Any]]:
    """What the command line says of each photo."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        main(["--json", "--no-text", str(photos)])
    return [json.loads(line) for line in output.getvalue().splitlines()]


def parts(out: Path) -> list[str]:
    return [path.name for path in out.glob("part-*")]


def test_a_program_and_a_node_that_are_killed_cost_nothing(ray_cluster, photos, expected, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["archive", str(photos), str(out), "--address", ray_cluster.address, "--format", "jsonl"]
    with subprocess.Popen([*COMMAND, *arguments, "--workers", "1"], cwd=ROOT) as program:
        ray_cluster.add_node()
        wait_for(lambda: parts(out), 120)
        program.send_signal(signal.SIGKILL)
    before = {name: (out / name).stat().st_mtime_ns for name in parts(out)}
    assert 0 < len(before) < 5

    def kill_soon() -> None:
        wait_for(lambda: len(parts(out)) > len(before), 120)
        ray_cluster.kill_node()

    killer = threading.Thread(target=kill_soon)
    killer.start()
    status = main(arguments)
    killer.join()
    printed = capsys.readouterr().err
    assert status == 0, printed
    assert f"{out} is complete. " in printed
    assert "1 of them failed; the column error says why." in printed
    assert differences(rows(out), expected) == []
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before, "a part was captioned again"

    assert main(arguments) == 0
    assert capsys.readouterr().err == f"captioner: {out} was already complete.\n"


def test_a_file_with_which_workers_die_ends_the_command_and_is_named(ray_cluster, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "Actor", CrashingActor)
    table = write_parquet(tmp_path / "table.parquet", image=[b""])
    assert main(["archive", str(table), str(tmp_path / "out"), "--address", ray_cluster.address]) == 1
    assert capsys.readouterr().err == f"captioner: 1 workers have died with {table}. Move it out of the source.\n"


def test_a_cluster_with_another_version_of_ray_is_one_sentence(ray_cluster, photos, tmp_path, monkeypatch, capsys):
    import ray

    monkeypatch.setattr(ray, "__version__", "2.58.0")
    assert main(["archive", str(photos), str(tmp_path / "out"), "--address", ray_cluster.address]) == 1
    printed = capsys.readouterr().err
    address = (
        f"The cluster at {ray_cluster.address} runs a different version of Ray or Python. Install the same versions on "
        "all computers. "
    )
    assert printed.startswith(f"captioner: {address}")
    assert "2.58.0" in printed
    assert printed.count("\n") == 1


@pytest.fixture
def bucket() -> Iterator[tuple[str, Any]]:
    """The end of the address of a bucket on an S3 server on this computer, and the bucket."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    resource = boto3.resource(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    bucket = resource.create_bucket(Bucket="archive")
    with contextlib.ExitStack() as at_the_end:
        at_the_end.callback(server.stop)
        yield f"?endpoint_override={host}:{port}&scheme=http&region=us-east-1", bucket


def test_photos_and_captions_in_s3(ray_cluster, bucket, samples, shipped, tmp_path, capsys):
    options, bucket = bucket
    bucket.upload_file(str(samples["cat"]), "old photos/cat #1.jpg")
    bucket.put_object(Key="old photos/broken.jpg", Body=b"broken")
    shard = write_tar(tmp_path / "shard.tar", {"1.jpg": samples["coffee"].read_bytes(), "1.txt": b"coffee"})
    bucket.upload_file(str(shard), "old photos/shard.tar")
    bucket.put_object(Key="other/letter.txt", Body=b"Dear")

    arguments = ["archive", f"s3://archive/old photos{options}", f"s3://archive/captions{options}"]
    arguments += ["--address", ray_cluster.address]
    assert main(arguments) == 0, capsys.readouterr().err
    out = tmp_path / "captions"
    out.mkdir()
    for thing in bucket.objects.filter(Prefix="captions/part-"):
        bucket.download_file(thing.key, str(out / os.path.basename(thing.key)))
    assert paths(out) == [f"s3://archive/old photos/{name}" for name in ("broken.jpg", "cat #1.jpg", "shard.tar#1.jpg")]
    broken, cat, coffee = rows(out)
    assert broken["error"]
    assert cat["caption"] == shipped.caption(samples["cat"]).text
    assert coffee["caption"] == shipped.caption(samples["coffee"]).text

    capsys.readouterr()
    assert main(["archive", f"s3://archive/*/*.tar{options}", *arguments[2:]]) == 1
    assert "The captions in s3://archive/captions are of s3://archive/old photos, not " in capsys.readouterr().err
    assert main(["archive", f"s3://archive/gone{options}", *arguments[2:]]) == 1
    assert "There is no s3://archive/gone." in capsys.readouterr().err


def test_without_an_address_the_command_starts_ray_and_survives_a_killed_worker(photos, tmp_path):
    out = tmp_path / "out"
    command = [*COMMAND, "archive", f"{photos}/0[0-5].jpg", str(out), "--workers", "1"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as program:
        wait_for(lambda: parts(out), 180)
        workers = [pid for pid in descendants(program.pid) if b"MapWorker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(workers[0], signal.SIGKILL)
        errors = program.communicate()[1]
        assert program.returncode == 0, errors
    assert paths(out) == [str(photos / f"{number:02}.jpg") for number in range(6)]
    assert errors.startswith(f"captioner: {out} is complete. 6 photos done in ")
    assert errors.count("\n") == 1
    wait_for(lambda: not [pid for pid in workers if os.path.exists(f"/proc/{pid}")], 20)
