"""Publishes what this machine is doing: python3 docs/recipes/dashboard/publish.py    (apt install python3-redis)"""
import json
import os
import time

import redis

connection = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"), socket_timeout=5)


def words(file):
    with open(file) as lines:
        return [line.split() for line in lines]


def cpu_times():
    fields = [int(field) for field in words("/proc/stat")[0][1:9]]
    return sum(fields), fields[3] + fields[4]


def network_bytes():
    counters = [line[1:] for line in words("/proc/net/dev")[2:]]
    return sum(int(c[0]) for c in counters), sum(int(c[8]) for c in counters)


def now_and_then():
    """Numbers that change slowly, of which a new viewer wants the last at once."""
    memory = {line[0]: int(line[1]) for line in words("/proc/meminfo")}
    disk = os.statvfs("/")
    yield "load", float(words("/proc/loadavg")[0][0])
    yield "memory", 100 * (1 - memory["MemAvailable:"] / memory["MemTotal:"])
    yield "disk", 100 * (1 - disk.f_bavail / disk.f_blocks)
    yield "processes", sum(name.isdigit() for name in os.listdir("/proc"))
    yield "uptime", float(words("/proc/uptime")[0][0])


def publish(name, value, *options):
    # A stream does not say which channel an event came from, so the data does.
    data = json.dumps({"name": name, "value": round(value, 2), "at": round(time.time(), 3)})
    connection.execute_command("FCALL", "freshet_publish", 1, f"machine:{name}", data, *options)


before, (total, idle), (received, sent), tick = time.time(), cpu_times(), network_bytes(), 0
while True:
    time.sleep(0.2)
    now, (total_now, idle_now), (received_now, sent_now) = time.time(), cpu_times(), network_bytes()
    try:
        # Live-only: the next one comes before anybody misses this one, so nothing is kept.
        busy = 1 - (idle_now - idle) / max(1, total_now - total)
        publish("cpu", 100 * busy, "LIVE")
        publish("received", (received_now - received) / (now - before), "LIVE")
        publish("sent", (sent_now - sent) / (now - before), "LIVE")
        if tick % 25 == 0:
            # The channel keeps its newest event and no other: whoever comes gets the last value first.
            for name, value in now_and_then():
                publish(name, value, "RING", 1)
    except redis.RedisError as error:
        if "freshet: " in str(error):
            raise   # the call is wrong
        print(f"not published, goes on: {error}")
    before, total, idle, received, sent, tick = now, total_now, idle_now, received_now, sent_now, tick + 1
