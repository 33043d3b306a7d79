"""A cluster of computers, all of which are this one."""

import os
import signal
from pathlib import Path
from typing import Any

from captioner.archive import worker
from captioner.archive.cluster import Actor

ROOT = Path(__file__).parents[2]
STORE = 80_000_000  # bytes of each node's object store

# Of the nodes. Workers get the variables of their node, so that they must be set before it starts.
VARIABLES = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "PYTHONPATH": str(ROOT),
}


class RayCluster:
    """A Ray cluster of one node with a core, to which another may be added and killed."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        os.environ.update(VARIABLES)
        self._node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": STORE}
        self._cluster = Cluster(initialize_head=True, head_node_args={**self._node, "include_dashboard": False})
        self.address: str = self._cluster.address

    def add_node(self) -> None:
        """Start a second node."""
        self._second = self._cluster.add_node(**self._node)
        self._cluster.wait_for_nodes()

    def kill_node(self) -> None:
        """End the second node at once, with all of its workers."""
        self._cluster.remove_node(self._second, allow_graceful=False)

    def shutdown(self) -> None:
        self._cluster.shutdown()


class CrashingActor(Actor):
    """A worker that tar and Parquet files kill, as those do that crash PyArrow. The limit is one death."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        vars(worker).update(MAX_DEATHS=1, photos_in_shard=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
