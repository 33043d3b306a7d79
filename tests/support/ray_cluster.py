"""A cluster of computers, all of which are this one."""

import os
from pathlib import Path
from typing import Any

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
    """A Ray cluster of two nodes with a core each, of which one may be killed."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        os.environ.update(VARIABLES)
        self._node: dict[str, Any] = {"num_cpus": 1, "object_store_memory": STORE}
        self._cluster = Cluster(initialize_head=True, head_node_args={**self._node, "include_dashboard": False})
        self.add_node()
        self.address: str = self._cluster.address

    def add_node(self) -> None:
        self._second = self._cluster.add_node(**self._node)
        self._cluster.wait_for_nodes()

    def kill_node(self) -> None:
        """End the second node at once, with all of its workers."""
        self._cluster.remove_node(self._second, allow_graceful=False)

    def shutdown(self) -> None:
        self._cluster.shutdown()
