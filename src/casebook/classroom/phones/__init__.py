"""A class that answers from its phones: a lesson's votes in one file, and the pages of its room.

`votes` keeps, `present` knows who is there, `told` words what is shown after the reveal,
`web` serves, `opened` starts and stops.
"""
