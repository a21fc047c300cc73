"""Facts of AWS as data with their sources: condition keys, the Service Authorization Reference, managed policies.

Only lookups: what a fact means for a request is decided elsewhere. Imports nothing of ours but `models`, and where
its compiled form is.
"""

from simulator.native import compiled

__path__ = [*compiled(__name__), *__path__]
