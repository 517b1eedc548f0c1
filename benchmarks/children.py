"""Children: programs that are started and warmed up first, and then run steps in turn."""

import json
import os
import random
import select
import subprocess
import tempfile
import time

LONGEST = 900   # seconds that an answer may take, by default
SETTLED = 0.02  # share of one core that idle children may use together


class Child:
    """A program of programs/, on the other end of two pipes."""

    def __init__(self, name, arguments, environment, longest=LONGEST):
        self.name, self.longest = name, longest
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, bufsize=0)
        self.pending = b""

    def tell(self, *command):
        self.process.stdin.write(json.dumps(command).encode("ascii") + b"\n")

    def answer(self):
        """The next answer; other output of the program is ignored."""
        end = time.monotonic() + self.longest
        while True:
            line, found, rest = self.pending.partition(b"\n")
            if found:
                self.pending = rest
                if line.startswith(b"@@"):
                    return json.loads(line[2:].decode("utf-8"))
                continue
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError("%s gave no answer for %d seconds\n%s"
                                   % (self.name, self.longest, self.last_words()))
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                self.process.wait()
                raise RuntimeError("%s ended (%d)\n%s" % (self.name, self.process.returncode, self.last_words()))
            self.pending += data

    def ask(self, *command):
        self.tell(*command)
        return self.answer()

    def last_words(self):
        self.errors.seek(0)
        return "".join(self.errors.read().decode("utf-8", "replace").splitlines(True)[-60:])

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()


class Children:
    """Children by column; they receive commands at the same time, or are measured in turn."""

    def __init__(self, commands, longest=LONGEST):
        self.by_column = {}
        try:
            for column, (name, arguments, environment) in commands.items():
                self.by_column[column] = Child(name, arguments, environment, longest)
            for child in self.by_column.values():
                child.answer()  # it is ready
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def ask_all(self, columns, *command):
        """Answers by column, of children that work at the same time."""
        for column in columns:
            self.by_column[column].tell(*command)
        return {column: self.by_column[column].answer() for column in columns}

    def ask_each(self, columns, *command):
        """Answers by column, of children that work one after another."""
        answers = {}
        for column in columns:
            self.settle()
            answers[column] = self.by_column[column].ask(*command)
        return answers

    def measure(self, columns, workload, repeats, seconds):
        """Seconds of a step, by column: one number a round. In each round all columns have their turn.

        A turn has as many steps as fit into ``seconds``, after one that is not timed: some virtual machines take memory
        away from an idle process, and getting it back takes about a millisecond per megabyte.
        """
        counts = {column: self._fitting(self.by_column[column], workload, seconds) for column in columns}
        measured = {column: [] for column in columns}
        order = list(columns)
        shuffled = random.Random(len(order))
        for _ in range(repeats):
            shuffled.shuffle(order)
            for column in order:
                self.settle()
                count = counts[column]
                self.by_column[column].ask("run", workload, 1)
                measured[column].append(self.by_column[column].ask("run", workload, count) / count)
        return measured

    def _fitting(self, child, workload, seconds):
        self.settle()
        count, took = 1, child.ask("run", workload, 1)
        while took < seconds / 5 and count < 1e6:
            count *= 4
            took = child.ask("run", workload, count)
        return max(1, round(count * seconds / took))

    def settle(self):
        """Wait until the threads of all children are idle: BLAS and OpenMP spin for a while after their work."""
        processes = self._processes()
        for _ in range(100):
            before, start = _used(processes), time.perf_counter()
            time.sleep(0.02)
            if _used(processes) - before < SETTLED * (time.perf_counter() - start):
                return
        raise RuntimeError("a child keeps using the processor while it waits: " + ", ".join(
            child.name for child in self.by_column.values()))

    def _processes(self):
        """The process ids of the children and their workers."""
        parents = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open("/proc/%s/stat" % name, encoding="utf-8", errors="replace") as file:
                        parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
                except OSError:
                    pass  # it has exited
        found = {child.process.pid for child in self.by_column.values()}
        while True:
            more = {number for number, parent in parents.items() if parent in found} - found
            if not more:
                return found
            found |= more

    def stop(self):
        for child in self.by_column.values():
            child.stop()


def _used(processes):
    """Seconds of processor time that processes have used, all their threads together."""
    total = 0
    for number in processes:
        try:
            for thread in os.listdir("/proc/%d/task" % number):
                with open("/proc/%d/task/%s/schedstat" % (number, thread), encoding="ascii") as file:
                    total += int(file.read().split()[0])
        except OSError:
            pass
    return total / 1e9
