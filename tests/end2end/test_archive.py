"""`captioner archive` on a real Ray cluster of two nodes, and with a real S3 server."""

import contextlib
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

from captioner.cli import main
from tests.support.archives import paths, rows, write_tar
from tests.support.program import wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
STORE = 80_000_000  # bytes of each node's object store


class RayCluster:
    """A cluster of two nodes with a core each, of which one may be killed."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": STORE}
        self._cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        self._node = node
        self.add_node()
        self.address = self._cluster.address

    def add_node(self) -> None:
        self._second = self._cluster.add_node(**self._node)
        self._cluster.wait_for_nodes()

    def kill_node(self) -> None:
        self._cluster.remove_node(self._second, allow_graceful=False)

    def shutdown(self) -> None:
        self._cluster.shutdown()


@pytest.fixture(scope="module")
def ray_cluster() -> Iterator[RayCluster]:
    with pytest.MonkeyPatch.context() as patch:
        # Before the cluster starts, because its workers get the variables of its nodes.
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_BACKEND_LOG_LEVEL", "fatal")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("PYTHONPATH", str(ROOT))
        started = RayCluster()
        yield started
        started.shutdown()


@pytest.fixture(scope="module")
def photos(tmp_path_factory, samples) -> Path:
    """A folder of 25 different photos, and one that is broken."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(25):
        image = Image.open(list(samples.values())[number % 3])
        image.crop((number, number, image.width, image.height)).resize((320, 320)).save(folder / f"{number:02}.jpg")
    (folder / "broken.jpg").write_bytes(b"broken")
    return folder


@pytest.fixture(scope="module")
def expected(photos) -> list[dict[str, Any]]:
    """What the command line says of each photo."""
    command = [sys.executable, "-m", "captioner", "--json", str(photos)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def assert_equal(out: Path, expected: list[dict[str, Any]]) -> None:
    """Assert that the captions of an archive are those of the command line, row for row."""
    found = rows(out)
    assert [row["path"] for row in found] == [row["path"] for row in expected]
    for row, one in zip(found, expected, strict=True):
        assert row["caption"] == one.get("caption")
        assert row["statement"] == one.get("statement")
        assert row["error"] == one.get("error")
        assert row["confidence"] == pytest.approx(one.get("confidence"), abs=1e-5)
        assert row["alternatives"] == [other["caption"] for other in one.get("alternatives", [])]


def parts(out: Path) -> list[str]:
    return [path.name for path in out.glob("part-*")]


def test_a_node_that_is_killed_costs_nothing(ray_cluster, photos, expected, tmp_path, capsys):
    out = tmp_path / "out"

    def kill_soon() -> None:
        wait_for(lambda: parts(out), 120)
        ray_cluster.kill_node()

    killer = threading.Thread(target=kill_soon)
    killer.start()
    status = main(["archive", str(photos), str(out), "--address", ray_cluster.address])
    killer.join()
    ray_cluster.add_node()
    printed = capsys.readouterr()
    assert status == 0, printed.err
    assert f"{out} is complete. 26 photos captioned in " in printed.err
    assert "1 of them could not be; the column error says why." in printed.err
    assert_equal(out, expected)

    assert main(["archive", str(photos), str(out), "--address", ray_cluster.address]) == 0
    assert capsys.readouterr().err == f"captioner: {out} was complete already.\n"


def test_the_same_command_goes_on_after_the_program_was_killed(ray_cluster, photos, expected, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["archive", str(photos), str(out), "--address", ray_cluster.address, "--format", "jsonl"]
    with subprocess.Popen([sys.executable, "-m", "captioner", *arguments], cwd=ROOT) as program:
        wait_for(lambda: parts(out), 120)
        program.send_signal(signal.SIGKILL)
    before = {name: (out / name).stat().st_mtime_ns for name in parts(out)}
    assert 0 < len(before) < 4

    assert main(arguments) == 0
    assert_equal(out, expected)
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before, "a part was captioned again"


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
    command = [sys.executable, "-m", "captioner", "archive", f"{photos}/0*.jpg", str(out), "--workers", "1"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as program:
        wait_for(lambda: parts(out), 180)
        workers = [
            pid for pid in processes_of(program.pid) if b"MapWorker" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        os.kill(workers[0], signal.SIGKILL)
        errors = program.communicate()[1]
        assert program.returncode == 0, errors
    assert paths(out) == [str(photos / f"{number:02}.jpg") for number in range(10)]
    assert errors.startswith(f"captioner: {out} is complete. 10 photos captioned in ")
    assert errors.count("\n") == 1
    wait_for(lambda: not [pid for pid in workers if os.path.exists(f"/proc/{pid}")], 20)


def processes_of(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    children = [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]
    return children + [one for child in children for one in processes_of(child)]
