"""Gives the lists in Tk's own file dialogs the theme's colours. Tk draws them black on white, without a focus ring."""

import tkinter as tk

# Wraps two methods of Tk's list of files. The colours are those of the theme when a dialog opens.
PATCH = """
# auto_load would load what is loaded again, and fail.
if {[tk windowingsystem] eq "x11" && ([info commands ::tk::IconList] ne "" || [auto_load ::tk::IconList])
        && ![info exists ::tk::IconListThemed]} {
    set ::tk::IconListThemed 1
    oo::define ::tk::IconList {
        renamemethod Create CreateUnthemed
        renamemethod DrawSelection DrawSelectionUnthemed
        method Create {} {
            my CreateUnthemed
            set fill [ttk::style lookup . -foreground]
            $canvas configure -highlightthickness 2 -background [ttk::style lookup . -fieldbackground] \
                -highlightcolor [ttk::style lookup . -focuscolor] \
                -highlightbackground [ttk::style lookup . -bordercolor]
        }
        method DrawSelection {} {
            # The lines that were selected; Tk would make them black.
            $canvas itemconfigure selectionText -fill $fill
            $canvas dtag selectionText
            my DrawSelectionUnthemed
        }
    }
}
"""


def theme_file_dialogs(root: tk.Misc) -> None:
    """Let the file dialogs of this program follow the theme from now on. Windows and macOS have their own."""
    root.tk.eval(PATCH)
