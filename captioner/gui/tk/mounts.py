"""Finds the local path of a photo on a server or device that the desktop has mounted with GVfs."""

import os
from pathlib import Path
from urllib.parse import unquote

# What GVfs calls a scheme in the names of its mounts, where that differs.
_MOUNT_TYPES = {"smb": "smb-share", "davs": "dav"}


def find_mounted(scheme: str, host: str, path: str) -> Path | None:
    """Find the file of an address such as smb://server/share/photo.jpg; None if it is not mounted. Lists a folder.

    Args:
        host: with the user and the port, if the address has them.
        path: percent-encoded, with a slash at the start.
    """
    wanted = _host_parts(host)
    kind = _MOUNT_TYPES.get(scheme, scheme)
    path = unquote(path, errors="surrogateescape")
    if "\0" in path or ".." in path.split("/"):
        return None
    if kind == "smb-share":
        _, share, *rest = path.split("/", 2) + [""] * 2
        wanted["share"], path = share.casefold(), "/" + rest[0]
    for folder in _mount_folders():
        name, _, specification = folder.name.partition(":")
        mount = dict(part.partition("=")[::2] for part in specification.split(","))
        mount = {key: unquote(value) for key, value in mount.items()}
        mount["host"] = mount.pop("server", "") or mount.get("host", "")
        prefix = mount.get("prefix", "").rstrip("/")
        if (
            name == kind
            and all(mount.get(key, "").casefold() == value for key, value in wanted.items())
            and f"{path}/".startswith(f"{prefix}/")
        ):
            return folder / path[len(prefix) :].lstrip("/")
    return None


def _host_parts(host: str) -> dict[str, str]:
    """What a mount must have: host, and the user and port that the address names."""
    user, _, host = host.rpartition("@")
    parts = {}
    if not host.endswith("]") and ":" in host:  # [usb:001,005] has no port
        host, _, parts["port"] = host.rpartition(":")
    parts["host"] = unquote(host).casefold()
    if user:
        parts["user"] = unquote(user).rpartition(";")[2].partition(":")[0].casefold()
    return parts


def _mount_folders() -> list[Path]:
    """The folders of all mounts, in the places that GVfs has for them."""
    places = [Path(os.path.expanduser("~/.gvfs"))]
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        places.insert(0, Path(runtime) / "gvfs")
    folders = []
    for place in places:
        try:
            folders += sorted(place.iterdir())
        except OSError:  # there is none
            continue
    return folders
