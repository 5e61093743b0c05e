"""What a user of python3-docker does, a step a run: scenario.py STEP NAME.

Every step makes what it needs under NAME, which is the test's own, and removes it however it ends.
"""
import io
import json
import sys
import tarfile
import threading
import time
import urllib.request

import docker
from docker.types import Mount

STEP, NAME = sys.argv[1:]
IMAGE = "busybox:latest"
LABELS = {"wharf.scenario": NAME}
SECOND = 1_000_000_000
client = docker.from_env(timeout=60)


def start(command="sleep 1000", name=NAME, **options):
    options.setdefault("stop_signal", "SIGKILL")
    return client.containers.run(IMAGE, command, name=name, labels=LABELS, detach=True, **options)


def equal(expected, actual):
    assert expected == actual, f"expected {expected!r}, was {actual!r}"


def refused(kind, status, action, *arguments, **options):
    try:
        action(*arguments, **options)
    except kind as error:
        equal(status, error.response.status_code)
        return str(error)
    raise AssertionError(f"{action.__name__}{arguments} was done")


def eventually(look, seconds=30):
    limit = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < limit, "never came"
        time.sleep(0.1)


def tar_of(**files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.uid, entry.gid = len(text), 0o640, 33, 33
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def files_in(chunks):
    tar = tarfile.open(fileobj=io.BytesIO(b"".join(chunks)))
    return {entry.name: entry for entry in tar}, tar


def server():
    version, info = client.version(), client.info()
    equal("linux", version["Os"])
    assert client.ping()
    assert tuple(map(int, client.api._version.split("."))) <= tuple(map(int, version["ApiVersion"].split(".")))
    assert info["NCPU"] > 0 and info["MemTotal"] > 0


def life():
    container = client.containers.create(IMAGE, "sleep 1000", name=NAME, labels=LABELS, tty=True, stop_signal="SIGKILL")
    equal("created", container.status)
    container.start()
    container.pause()
    container.reload()
    equal("paused", container.status)
    container.unpause()
    container.rename(NAME + "-renamed")
    container.resize(30, 100)
    container.update(mem_limit="64m", memswap_limit="64m")
    container.reload()
    equal(NAME + "-renamed", container.name)
    equal(64 << 20, container.attrs["HostConfig"]["Memory"])
    assert ["sleep 1000" in row[-1] for row in container.top()["Processes"]] == [True]
    equal([container.id], [one.id for one in client.containers.list(filters={"label": f"wharf.scenario={NAME}"})])
    container.restart(timeout=0)
    container.kill("SIGKILL")
    equal(137, container.wait()["StatusCode"])
    container.start()
    container.stop(timeout=0)
    container.reload()
    equal("exited", container.status)
    container.remove(v=True)
    refused(docker.errors.NotFound, 404, client.containers.get, container.id)


def run_to_end():
    equal(b"to stdout\n", client.containers.run(IMAGE, "echo to stdout", remove=True, labels=LABELS))
    try:
        client.containers.run(IMAGE, ["sh", "-c", "echo wrong >&2; exit 3"], remove=False, name=NAME, labels=LABELS)
    except docker.errors.ContainerError as error:
        equal(3, error.exit_status)
        equal(b"wrong\n", error.stderr)
    else:
        raise AssertionError("exit status 3 was no error")
    refused(docker.errors.APIError, 409, client.containers.create, IMAGE, name=NAME)
    refused(docker.errors.ImageNotFound, 404, client.api.create_container, NAME + "-is-no-image")


def health():
    container = start(
        ["sh", "-c", "sleep 0.5; touch /tmp/ready; sleep 1000"],
        healthcheck={"test": ["CMD-SHELL", "echo looked; test -e /tmp/ready"], "interval": SECOND // 5, "timeout": 5 * SECOND, "retries": 10})

    def state():
        container.reload()
        return container.attrs["State"]["Health"]

    assert state()["Status"] in ("starting", "healthy")
    eventually(lambda: state()["Status"] == "healthy")
    last = state()["Log"][-1]
    equal((0, "looked\n"), (last["ExitCode"], last["Output"]))
    equal([container.id], [one.id for one in client.containers.list(filters={"health": "healthy", "label": f"wharf.scenario={NAME}"})])
    container.exec_run("rm /tmp/ready")
    eventually(lambda: state()["Status"] == "unhealthy")
    assert state()["FailingStreak"] >= 10
    assert "(unhealthy)" in client.api.containers(filters={"id": container.id})[0]["Status"]


def copy():
    container = start()
    assert container.put_archive("/tmp", tar_of(a="in the container", b="the other"))
    equal((0, b"in the container"), tuple(container.exec_run("cat /tmp/a")))
    equal(b"640 33 33\n", container.exec_run("stat -c '%a %u %g' /tmp/a").output)
    container.exec_run(["sh", "-c", "mkdir /tmp/folder; echo out > /tmp/folder/file; ln -s file /tmp/folder/link"])
    chunks, stat = container.get_archive("/tmp/folder")
    equal("folder", stat["name"])
    entries, tar = files_in(chunks)
    equal({"folder", "folder/file", "folder/link"}, {name.rstrip("/") for name in entries})
    equal(b"out\n", tar.extractfile("folder/file").read())
    equal("file", entries["folder/link"].linkname)
    equal(len("in the container"), container.get_archive("/tmp/a")[1]["size"])
    refused(docker.errors.NotFound, 404, container.get_archive, "/none")
    refused(docker.errors.NotFound, 404, container.put_archive, "/none", tar_of(a="x"))
    assert {"Path": "/tmp/a", "Kind": 1} in container.diff()
    container.kill()
    container.wait()
    assert container.put_archive("/", tar_of(late="stopped"))
    entries, tar = files_in(container.export())
    equal(b"stopped", tar.extractfile("late").read())
    equal(b"out\n", tar.extractfile("tmp/folder/file").read())


def execs():
    container = start()
    equal((0, b"33 /tmp here\n"), tuple(container.exec_run(["sh", "-c", "echo $(id -u) $PWD $WHERE"], user="33", workdir="/tmp", environment={"WHERE": "here"})))
    equal((7, (b"one\n", b"two\n")), tuple(container.exec_run(["sh", "-c", "echo one; echo two >&2; exit 7"], demux=True)))
    equal(b"1\n2\n3\n", b"".join(container.exec_run("seq 3", stream=True).output))
    assert container.exec_run("no-such-program").exit_code in (126, 127)
    equal(0, container.exec_run("true", detach=True).exit_code or 0)
    one = client.api.exec_create(container.id, "cat", stdin=True, tty=True)["Id"]
    stream = client.api.exec_start(one, socket=True, tty=True)
    client.api.exec_resize(one, 24, 80)
    assert client.api.exec_inspect(one)["Running"]
    stream._sock.sendall(b"typed\n")
    seen = b""
    while seen.count(b"typed") < 2:
        got = stream._sock.recv(100)
        assert got, seen
        seen += got
    stream._sock.sendall(b"\x04")
    while stream._sock.recv(100):
        pass
    stream.close()
    equal(0, eventually(lambda: None if client.api.exec_inspect(one)["Running"] else client.api.exec_inspect(one))["ExitCode"])
    refused(docker.errors.NotFound, 404, client.api.exec_inspect, "0" * 64)


def logs():
    container = start(["sh", "-c", "for i in 1 2 3; do echo out $i; done; echo err >&2; sleep 1.2; echo last; sleep 1000"])
    follower = container.logs(stream=True, follow=True)
    seen = b""
    while b"last" not in seen:
        seen += next(follower)
    follower.close()
    equal({b"out 1", b"out 2", b"out 3", b"err", b"last"}, set(seen.splitlines()))
    equal(b"out 1\nout 2\nout 3\nlast\n", container.logs(stdout=True, stderr=False))
    equal(b"err\n", container.logs(stdout=False, stderr=True))
    equal(b"last\n", container.logs(tail=1))
    stamped = container.logs(timestamps=True, stderr=False).splitlines()
    equal([b"out 1", b"out 2", b"out 3", b"last"], [line.split(b" ", 1)[1] for line in stamped])
    assert all(line[:2] == b"20" and line.split(b" ")[0].endswith(b"Z") for line in stamped)
    equal(b"", container.logs(since=int(time.time()) + 100))
    equal(b"", container.logs(until=1))


def attach():
    container = client.containers.create(IMAGE, ["sh", "-c", "read line; echo got $line; echo problem >&2; exit 4"], name=NAME, labels=LABELS, stdin_open=True)
    stream = container.attach_socket(params={"stdin": 1, "stream": 1})
    seen = []
    reader = threading.Thread(target=lambda: seen.extend(container.attach(stream=True, stdout=True, stderr=True, demux=True)))
    reader.start()
    time.sleep(0.3)
    container.start()
    stream._sock.sendall(b"words\n")
    equal(4, container.wait(condition="not-running")["StatusCode"])
    reader.join(30)
    equal(b"got words\n", b"".join(out for out, _ in seen if out))
    equal(b"problem\n", b"".join(err for _, err in seen if err))
    stream.close()


def stats():
    container = start(["sh", "-c", "while :; do :; done"], mem_limit="64m", nano_cpus=200_000_000)
    once = container.stats(stream=False)
    assert once["cpu_stats"]["cpu_usage"]["total_usage"] > once["precpu_stats"]["cpu_usage"]["total_usage"] > 0
    equal(64 << 20, once["memory_stats"]["limit"])
    assert once["memory_stats"]["usage"] > 0 and once["pids_stats"]["current"] == 1
    assert "eth0" in once["networks"]
    stream = container.stats(stream=True, decode=True)
    first, second = next(stream), next(stream)
    stream.close()
    assert first["read"] < second["read"]
    equal("/" + NAME, second["name"])


def events():
    began = time.time()
    live, live_ended = client.events(decode=True, filters={"label": f"wharf.scenario={NAME}"}), []

    def listen():
        for event in live:
            live_ended.append(event["Action"])
            if event["Action"] == "destroy":
                break

    listener = threading.Thread(target=listen)
    listener.start()
    container = start("true")
    container.wait()
    container.remove()
    listener.join(30)
    equal(["create", "start", "die", "destroy"], [action for action in live_ended if action in ("create", "start", "die", "destroy")])
    told = list(client.events(since=began - 1, until=time.time() + 1, filters={"container": container.id, "event": ["create", "die"]}, decode=True))
    equal(["create", "die"], [event["Action"] for event in told])
    equal("0", told[1]["Actor"]["Attributes"]["exitCode"])
    equal(NAME, told[0]["Actor"]["Attributes"]["name"])


def volumes():
    volume = client.volumes.create(NAME, labels=LABELS)
    mount = {NAME: {"bind": "/data", "mode": "rw"}}
    client.containers.run(IMAGE, "sh -c 'echo kept > /data/file'", volumes=mount, remove=True, labels=LABELS)
    equal(b"kept\n", client.containers.run(IMAGE, "cat /data/file", volumes={NAME: {"bind": "/data", "mode": "ro"}}, remove=True, labels=LABELS))
    container = start(mounts=[Mount("/data", NAME, read_only=True), Mount("/scratch", None, type="tmpfs", tmpfs_size=1 << 20)])
    assert container.exec_run("touch /data/file").exit_code != 0
    equal({"/data"}, {one["Destination"] for one in container.attrs["Mounts"] if one["Type"] == "volume"})
    equal([NAME], [one.name for one in client.volumes.list(filters={"label": f"wharf.scenario={NAME}"})])
    refused(docker.errors.APIError, 409, volume.remove)
    container.remove(force=True)
    volume.remove()
    refused(docker.errors.NotFound, 404, client.volumes.get, NAME)


def networks():
    network = client.networks.create(NAME, labels=LABELS, check_duplicate=True)
    served = start(["httpd", "-f", "-p", "8080", "-h", "/etc"], network=NAME, ports={"8080/tcp": ("127.0.0.1", None)})
    asker = start(name=NAME + "-asker")
    equal("1", asker.exec_run(["sh", "-c", f"ping -c 1 -W 5 {NAME} >/dev/null 2>&1 && echo 0 || echo 1"]).output.decode().strip())
    network.connect(asker, aliases=["seeker"])
    equal(0, asker.exec_run(f"ping -c 1 -W 5 {NAME}").exit_code)
    equal(0, served.exec_run("ping -c 1 -W 5 seeker").exit_code)
    network.reload()
    equal({served.id, asker.id}, {one.id for one in network.containers})
    network.disconnect(asker)
    served.reload()
    port = served.ports["8080/tcp"][0]["HostPort"]
    text = eventually(lambda: fetch(f"http://127.0.0.1:{port}/passwd"))
    assert b"root:x:0:0" in text
    refused(docker.errors.APIError, 403, network.remove)
    served.remove(force=True)
    network.remove()
    refused(docker.errors.NotFound, 404, client.networks.get, NAME)


def fetch(address):
    try:
        return urllib.request.urlopen(address, timeout=5).read()
    except OSError:
        return None


def images():
    container = start(["sh", "-c", "echo more > /more"])
    container.wait()
    image = container.commit(NAME, "one", message="with more", author="somebody", changes=["CMD cat /more", "LABEL wharf.scenario=" + NAME])
    try:
        equal([f"{NAME}:one"], image.tags)
        equal("with more", image.history()[0]["Comment"])
        equal(b"more\n", client.containers.run(image.id, remove=True))
        assert image.tag(NAME, "two")
        image.reload()
        equal({f"{NAME}:one", f"{NAME}:two"}, set(image.tags))
        archive = b"".join(image.save(named=f"{NAME}:two"))
        assert "manifest.json" in tarfile.open(fileobj=io.BytesIO(archive)).getnames()
        client.images.remove(f"{NAME}:one")
        client.images.remove(f"{NAME}:two")
        refused(docker.errors.ImageNotFound, 404, client.images.get, f"{NAME}:two")
        equal([f"{NAME}:two"], client.images.load(archive)[0].tags)
        equal([f"{NAME}:two"], [tag for one in client.images.list(filters={"label": f"wharf.scenario={NAME}"}) for tag in one.tags])
        client.api.import_image_from_data(b"".join(container.export()), repository=NAME, tag="three")
        assert f"{NAME}:three" in client.images.get(f"{NAME}:three").tags
    finally:
        for tag in ("one", "two", "three"):
            try:
                client.images.remove(f"{NAME}:{tag}", force=True)
            except docker.errors.ImageNotFound:
                pass


def usage():
    container = start(["sh", "-c", "dd if=/dev/zero of=/big bs=1024 count=2048 2>/dev/null; sleep 1000"])
    one = eventually(lambda: [one for one in client.df()["Containers"] if one["Id"] == container.id and one["SizeRw"] >= 2 << 20])[0]
    assert one["SizeRootFs"] > one["SizeRw"]
    assert any(f"{IMAGE}" in (image["RepoTags"] or []) for image in client.df()["Images"])


def prune():
    start("true").wait()
    running = start(name=NAME + "-running")
    client.volumes.create(NAME, labels=LABELS)
    client.networks.create(NAME, labels=LABELS)
    mine = {"label": [f"wharf.scenario={NAME}"]}
    pruned = client.containers.prune(filters=mine)
    equal(1, len(pruned["ContainersDeleted"]))
    running.reload()
    equal("running", running.status)
    equal([NAME], client.networks.prune(filters=mine)["NetworksDeleted"])
    equal([], client.networks.list(filters=mine))
    # By API 1.42 only anonymous volumes go unless all is asked for.
    client.volumes.prune(filters={**mine, "all": ["1"]} if tuple(map(int, client.api._version.split("."))) >= (1, 42) else mine)
    equal([], client.volumes.list(filters=mine))
    client.images.prune(filters={"dangling": True, **mine})


def remove_all():
    mine = {"label": f"wharf.scenario={NAME}"}
    for container in client.containers.list(all=True, filters=mine):
        container.remove(force=True, v=True)
    for network in client.networks.list(filters=mine):
        network.remove()
    for volume in client.volumes.list(filters=mine):
        volume.remove(force=True)


try:
    {step.__name__: step for step in (server, life, run_to_end, health, copy, execs, logs, attach, stats, events, volumes, networks, images, usage, prune)}[STEP]()
finally:
    remove_all()
