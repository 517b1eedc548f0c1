"""Drive an interactive R in a terminal: python terminal.py R_PROGRAM < lines

Each line is typed at a prompt. After a line with "# browser", the next one is typed at the browser's prompt. After
"^C SECONDS MARK" lines comes Ctrl-C, so many seconds after the mark has been printed. What the terminal shows is
printed; after each Ctrl-C, "prompt after SECONDS" says when the prompt was back.
"""

import os
import pty
import re
import select
import sys
import time

PROMPT = b"R> "
BOUND = 120


class Terminal:

    def __init__(self, program):
        self.pid, self.descriptor = pty.fork()
        if not self.pid:
            os.environ["TERM"] = "dumb"
            os.execv(program, [program, "--no-save", "--no-restore", "--no-init-file", "--quiet", "--no-readline"])
        self.unread = b""

    def until(self, pattern):
        end = time.monotonic() + BOUND
        while not re.search(pattern, self.unread):
            if time.monotonic() > end:
                print("no %r in %d seconds" % (pattern, BOUND))
                sys.exit(1)
            if select.select([self.descriptor], [], [], 0.05)[0]:
                try:
                    data = os.read(self.descriptor, 1 << 16)
                except OSError:
                    print("R has ended")
                    sys.exit(1)
                sys.stdout.write(data.decode("utf-8", "replace").replace("\r", ""))
                self.unread += data
        self.unread = self.unread[re.search(pattern, self.unread).end():]

    def type(self, text):
        os.write(self.descriptor, text)


def main():
    terminal = Terminal(sys.argv[1])
    terminal.until(rb"> $")
    terminal.type(b"options(prompt = 'R> ')\n")
    terminal.until(rb"\n" + PROMPT)
    for line in sys.stdin.read().splitlines():
        interrupt = re.match(r"\^C (\S+) (\S+)$", line)
        if interrupt:
            terminal.until(interrupt.group(2).encode() + rb"\r?\n")
            time.sleep(float(interrupt.group(1)))
            began = time.monotonic()
            terminal.type(b"\x03")
            terminal.until(rb"\n" + PROMPT)
            print("\nprompt after %.2f" % (time.monotonic() - began))
        else:
            terminal.type(line.encode() + b"\n")
            if "# browser" in line:
                terminal.until(rb"\nBrowse\[\d+\]> ")
            elif "# ^C" not in line:
                terminal.until(rb"\n" + PROMPT)
    terminal.type(b"q()\n")
    os.waitpid(terminal.pid, 0)


main()
