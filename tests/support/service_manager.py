"""What systemd does for one service, where there is no systemd: keeps listening sockets open while the process behind them
comes and goes, passes them to it, and hears what it notifies.

    service_manager.py NOTIFY_SOCKET [NAME=SOCKET]… -- COMMAND…

A SOCKET is the path of a unix socket, or an IPv4 address, on whose port of the kernel's choice it listens.
Commands are lines on descriptor 3: `start`, or the name of a signal for the process. What happens are lines of JSON on
standard output.
"""
import fcntl
import json
import os
import selectors
import signal
import socket
import sys

# systemd passes sockets from descriptor 3 on; what is ours lies above all of them.
FIRST_PASSED = 3
FIRST_OWN = 100


def say(**event):
    print(json.dumps(event), flush=True)


def out_of_the_way(descriptor):
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN)
    os.close(descriptor)
    return moved


def listen(place):
    if place.startswith('/'):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(place)
        os.chmod(place, 0o660)
        url = f'unix:{place}'
    else:
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.bind((place, 0))
        url = f'http://{place}:{server.getsockname()[1]}'
    server.listen(65535)
    return url, out_of_the_way(server.detach())


class Service:
    def __init__(self, command, notify_path, sockets):
        self.command = command
        self.environment = {'NOTIFY_SOCKET': notify_path, 'LISTEN_FDS': str(len(sockets)), 'LISTEN_FDNAMES': ':'.join(sockets)}
        self.sockets = list(sockets.values())
        self.pid = None

    def start(self):
        self.pid = os.fork()
        if self.pid > 0:
            return say(started=self.pid)
        try:
            for number, descriptor in enumerate(self.sockets, FIRST_PASSED):
                os.dup2(descriptor, number)
            pid = str(os.getpid())
            os.environ.update(self.environment, LISTEN_PID=pid)
            os.environ.setdefault('WATCHDOG_PID', pid)
            os.execvp('setpriv', ['setpriv', '--pdeathsig', 'KILL', '--', *self.command])
        finally:
            os._exit(203)

    def obey(self, command):
        if command == 'start':
            self.start()
        elif self.pid is not None:
            os.kill(self.pid, getattr(signal, command))

    def reap(self):
        if self.pid is None or os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        code = os.waitstatus_to_exitcode(status)
        say(ended={'code': code if code >= 0 else None, 'signal': signal.Signals(-code).name if code < 0 else None})


def main():
    separator = sys.argv.index('--')
    notify_path, *listeners = sys.argv[1:separator]
    commands = out_of_the_way(3)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(notify_path)
    child_ended, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakeup.fileno())
    listening = {name: listen(place) for name, place in (each.split('=', 1) for each in listeners)}
    sockets = {name: descriptor for name, (_, descriptor) in listening.items()}
    service = Service(sys.argv[separator + 1:], notify_path, sockets)
    say(listening={name: url for name, (url, _) in listening.items()})
    selector = selectors.DefaultSelector()
    for source in (notify, child_ended, commands):
        selector.register(source, selectors.EVENT_READ)
    while True:
        ready = [key.fileobj for key, _ in selector.select()]
        if commands in ready:
            words = os.read(commands, 4096).decode().split()
            if not words:
                return
            for word in words:
                service.obey(word)
        if notify in ready:
            message = notify.recv(65536).decode()
            say(notify=dict(line.split('=', 1) for line in message.split('\n')))
        elif child_ended in ready:  # once all that it notified has been heard
            child_ended.recv(4096)
            service.reap()


main()
