"""Trains on two processes in two network namespaces, over a link that delays and loses packets, and compares the numbers.

    sudo python3 benches/lossy_link.py POLYTASK --data FILE --encoder DIR [FLAGS OF train]

POLYTASK is built with `./build.sh mpi`. The link is made of two TUN devices and this process, so it needs no kernel module: each
packet arrives 5 ms later, one in a hundred never, and TCP sends it again. Prints the seconds without and with the link, and ends
with code 1 if a line that the command prints, or a bit of the model, differs.
"""

import fcntl
import heapq
import os
import pathlib
import random
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time

DELAY_S = 0.005
LOSS = 0.01
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
HOSTS = {"alpha": "10.87.0.1", "beta": "10.87.0.2"}
NETWORK = "10.87.0.0/30"


def run(command):
    subprocess.run(command.split(), check=True)


def tun(host):
    """The file of a TUN device that is the network of `host`'s namespace."""
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", f"lossy-{host}".encode(), IFF_TUN | IFF_NO_PI))
    run(f"ip netns add lossy-{host}")
    run(f"ip link set lossy-{host} netns lossy-{host}")
    for words in [f"addr add {HOSTS[host]}/30 dev lossy-{host}", f"link set lossy-{host} up", "link set lo up"]:
        run(f"ip -n lossy-{host} {words}")
    return file


def carry(files, counts):
    """Brings the packets of each of the two files to the other one, late, and not all of them, as long as the devices are there."""
    chance = random.Random(1)
    waiting = []
    while True:
        wait = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for file in select.select(files, [], [], wait)[0]:
            try:
                packet = os.read(file, 65536)
            except OSError:
                return
            counts["sent"] += 1
            if chance.random() < LOSS:
                counts["lost"] += 1
                continue
            other = files[1 - files.index(file)]
            heapq.heappush(waiting, (time.monotonic() + DELAY_S, counts["sent"], other, packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, other, packet = heapq.heappop(waiting)
            try:
                os.write(other, packet)
            except BlockingIOError:
                counts["lost"] += 1


def train(polytask, flags, across):
    """What two processes print, the weights they save, and how many seconds they take; `across` the link, or in one namespace."""
    out = tempfile.TemporaryDirectory()
    agent = tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False)
    # mpirun starts its helper on another host with: AGENT HOST COMMAND.
    agent.write('#!/bin/sh\nshift\nexec ip netns exec lossy-beta sh -c "$*"\n')
    agent.close()
    os.chmod(agent.name, 0o755)
    mca = f"--mca btl tcp,self --mca btl_tcp_if_include {NETWORK} --mca oob_tcp_if_include {NETWORK}"
    mca += f" --mca plm_rsh_agent {agent.name} --mca plm_rsh_no_tree_spawn 1"
    hosts = f"{HOSTS['alpha']}:1,{HOSTS['beta']}:1" if across else f"{HOSTS['alpha']}:2"
    command = f"ip netns exec lossy-alpha mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 -H {hosts} {mca}"
    start = time.monotonic()
    result = subprocess.run([*command.split(), polytask, "train", "--out", f"{out.name}/model", *flags], capture_output=True, text=True, timeout=900)
    os.unlink(agent.name)
    if result.returncode != 0:
        sys.exit(result.stderr)
    seconds = time.monotonic() - start
    weights = pathlib.Path(out.name, "model", "model.safetensors").read_bytes()
    return result.stdout.replace(out.name, ""), weights, seconds


def main():
    polytask, flags = os.path.abspath(sys.argv[1]), sys.argv[2:]
    counts = {"sent": 0, "lost": 0}
    try:
        files = [tun(host) for host in HOSTS]
        threading.Thread(target=carry, args=(files, counts), daemon=True).start()
        *near, quick = train(polytask, flags, across=False)
        *far, slow = train(polytask, flags, across=True)
    finally:
        for host in HOSTS:
            subprocess.run(["ip", "netns", "del", f"lossy-{host}"], check=False)
    print(far[0], end="")
    print(f"in one place {quick:.1f} s, over the link {slow:.1f} s; {counts['sent']} packets, {counts['lost']} of them lost")
    if near[0] != far[0]:
        print(f"In one place it printed:\n{near[0]}")
    print("the same lines and weights" if near == far else "they differ")
    return 0 if near == far else 1


if __name__ == "__main__":
    sys.exit(main())
