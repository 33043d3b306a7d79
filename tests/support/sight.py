"""Looks into the windows of the program through Tk's own `send`."""

import itertools
import time
import tkinter as tk

NAME = "captioner"  # the program's name among the Tk programs on a display
TIMEOUT = 30  # seconds for an answer

# The first procedure calls a command for each visible widget and collects the lists that it returns.
PROCEDURES = """
proc sight_collect {command {window .}} {
    set found {}
    if {[winfo viewable $window]} {set found [{*}$command $window]} elseif {$window ne "."} return
    foreach child [winfo children $window] {lappend found {*}[sight_collect $command $child]}
    return $found
}
proc sight_text {window} {
    switch [winfo class $window] {
        Text {set text [$window get 1.0 "end - 1 chars"]}
        Entry - TEntry - TCombobox {set text [$window get]}
        Treeview {
            set rows {}
            foreach row [$window children {}] {
                lappend rows [join [list [$window item $row -text] {*}[$window item $row -values]] {: }]
            }
            return $rows
        }
        default {if {[catch {$window cget -text} text]} return}
    }
    list $text
}
"""


class Sight:
    """Looks at the program on a display. Belongs to the main thread. Close it before the display."""

    def __init__(self, display: str):
        self._root = tk.Tk(screenName=display)
        self._root.withdraw()
        self._numbers = itertools.count()

    def finds(self) -> bool:
        """Whether the program is there."""
        return NAME in self._root.winfo_interps()

    def ask(self, script: str) -> str:
        """The result of a Tcl script in the program. The test fails if the script fails or no answer comes.

        Raises:
            tk.TclError: the program is not there.
        """
        answer = f"answer{next(self._numbers)}"
        me = self._root.tk.call("tk", "appname")
        reply = f"{PROCEDURES}; send -async {{{me}}} [list set {answer} [list [catch {{{script}}} result] $result]]"
        self._root.setvar(answer, "")
        end = time.monotonic() + TIMEOUT
        # Not a plain `send`, which would wait for ever for a program that hangs. Repeated, because a program that was
        # killed leaves its name to the next one, which may not listen yet.
        while not self._root.getvar(answer):
            assert time.monotonic() < end, "the program hangs"
            if not self.finds():
                raise tk.TclError("the program is not there")
            self._root.tk.call("send", "-async", NAME, reply)
            timer = self._root.after(1000, lambda: self._root.setvar(answer, ""))
            self._root.wait_variable(answer)
            self._root.after_cancel(timer)
        failed, result = self._root.tk.splitlist(self._root.getvar(answer))
        assert failed == "0", f"{script}: {result}"
        return str(result)

    def list_of(self, script: str) -> tuple[str, ...]:
        """The result of a Tcl script that returns a list."""
        return tuple(map(str, self._root.tk.splitlist(self.ask(script))))

    def texts(self) -> list[str]:
        """The text of all visible widgets, window by window, each from its first widget to its last."""
        return [text for text in self.list_of("sight_collect sight_text") if text]

    def focus(self) -> str:
        """The widget that has the focus, "" for none."""
        return self.ask("focus")

    def box(self, kind: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, in screen pixels, of the first widget of a class, "photoview" for instance."""
        widget = f"[lsearch -inline -glob [sight_collect list] *!{kind}]"
        ask = " ".join(f"[winfo {what} {widget}]" for what in ("rootx", "rooty", "width", "height"))
        left, top, width, height = map(int, self.list_of(f"list {ask}"))
        return left, top, left + width, top + height

    def close(self) -> None:
        self._root.destroy()
