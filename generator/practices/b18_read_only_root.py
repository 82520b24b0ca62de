"""B18: the container runs on a read-only root."""

from generator.findings import Severity
from generator.practices._model import Carrier, Example, Practice

PRACTICE = Practice(
    id="B18",
    title="Runs on a read-only root",
    why="Where nothing can be written, an intruder can leave nothing behind, and no data is lost "
    "in a layer that goes with the container.",
    source="CIS Docker Benchmark 5.12; Kubernetes: readOnlyRootFilesystem",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="nginx.conf",
            starts=(
                "pid /tmp/",
                "client_body_temp_path",
                "fastcgi_temp_path",
                "proxy_temp_path",
                "scgi_temp_path",
                "uwsgi_temp_path",
            ),
            why="all that nginx writes is below /tmp, which is memory at run time",
        ),
        Carrier(
            file="gunicorn.conf.py",
            starts=("control_socket_disable", "worker_tmp_dir"),
            why="gunicorn writes to memory and nowhere else",
            fields=("server.gunicorn",),
        ),
        Carrier(
            file="Dockerfile",
            starts=("VOLUME",),
            why="stays writable when the root is not",
            fields=("volumes",),
        ),
    ),
    example=Example(
        wrong="docker run shop-api:1.4.2\n",
        right="docker run --read-only --tmpfs /tmp --cap-drop ALL \\\n"
        "    --security-opt no-new-privileges shop-api:1.4.2\n",
        file="command line",
    ),
    unchecked="whether the root is read-only is said where the container is started, and what a "
    "program writes shows when it runs",
    proofs=("hardened", "volumes-writable", "writes"),
)
