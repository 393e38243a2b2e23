"""People who do something over and over, each in a thread of their own, for as long as a test lets them."""

import threading


class Crowd:
    """`with crowd:` lets them go on; leaving it waits for all to come to an end. `stop` says when that is wanted."""

    def __init__(self, members: list):
        self.stop = threading.Event()
        self._members = members
        self._threads: list[threading.Thread] = []

    def work(self, member):
        """What one of them does until `stop` is set."""
        raise NotImplementedError

    def __enter__(self):
        self.stop.clear()
        self._threads = [threading.Thread(target=self.work, args=(member,), daemon=True) for member in self._members]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self._threads:
            thread.join()
