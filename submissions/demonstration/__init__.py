"""An invented cast for `make demo`: no mechanism, person or text in it is real."""
