"""What stands in the windows of a program that is made with Tk: it tells through Tk's own `send`."""

import itertools
import time
import tkinter as tk

NAME = "captioner"  # of the program, among those of Tk on a display
SECONDS = 30  # that it may take to answer

# Calls a command for each widget that is on the screen and collects the lists that it returns.
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
    """Looks at the program on a display. Belongs to the main thread; close it before the display goes."""

    def __init__(self, display: str):
        self._root = tk.Tk(screenName=display)
        self._root.withdraw()
        self._numbers = itertools.count()

    def finds(self) -> bool:
        """Whether the program is there."""
        return NAME in self._root.winfo_interps()

    def ask(self, script: str) -> str:
        """The result of a Tcl script in the program. A test fails if the script does or if no answer comes.

        Raises:
            tk.TclError: the program is not there.
        """
        answer = f"answer{next(self._numbers)}"
        me = self._root.tk.call("tk", "appname")
        reply = f"{PROCEDURES}; send -async {{{me}}} [list set {answer} [list [catch {{{script}}} result] $result]]"
        self._root.setvar(answer, "")
        end = time.monotonic() + SECONDS
        # Not a plain `send`, which would wait for ever for a program that hangs; and again, as one that was killed
        # leaves its name to the next one, which may not yet listen.
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
        """All text of all widgets on the screen, those of a window together, from its first widget to its last."""
        return [text for text in self.list_of("sight_collect sight_text") if text]

    def focus(self) -> str:
        """The widget that has the keyboard, "" for none."""
        return self.ask("focus")

    def box(self, kind: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, in pixels of the screen, of the first widget of a class, "photoview" or such."""
        widget = f"[lsearch -inline -glob [sight_collect list] *!{kind}]"
        ask = " ".join(f"[winfo {what} {widget}]" for what in ("rootx", "rooty", "width", "height"))
        left, top, width, height = map(int, self.list_of(f"list {ask}"))
        return left, top, left + width, top + height

    def close(self) -> None:
        self._root.destroy()
