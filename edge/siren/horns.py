"""Sounds and silences lines as it is told, each for a time that ends by itself."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from contract.clock import SECOND_US
from edge.siren.blowing import Blowing
from edge.siren.port import Blow, Blown, Line, LineFault, Wiring


class Horns:
    """Lines and how long each still sounds. Whoever drives it calls `turn` at every `next_us`, and closes it."""

    def __init__(self, lines: Mapping[str, Line], wirings: Mapping[str, Wiring]) -> None:
        self._lines = lines
        self._wirings = wirings
        self._blowing = {name: Blowing() for name in lines}
        self._is_on = dict.fromkeys(lines, False)

    def do(self, order: Blow, mono_us: int) -> Blown:
        """Carry an order out now. A line that does not follow is said in the answer; `turn` then raises."""
        if order.siren not in self._lines:
            return Blown(order.siren, order.key, order.do, trouble="there is no such siren")
        blowing, wiring = self._blowing[order.siren], self._wirings[order.siren]
        for_s = 0.0
        if order.do == "sound":
            if order.drill and blowing.sounds(mono_us) and not blowing.drill:
                return Blown(order.siren, order.key, order.do, trouble="it sounds for a real order now", busy=True)
            for_s = min(order.for_s, wiring.longest_s)
            self._begin(order, for_s, mono_us)
        elif order.do == "stop":
            self._blowing[order.siren] = Blowing()
        try:
            self._set(order.siren, mono_us)
            self._agrees(order.siren, mono_us)
        except LineFault as fault:
            self._give_up(order.siren)
            return Blown(order.siren, order.key, order.do, trouble=f"{order.siren}: {fault}")
        return Blown(order.siren, order.key, order.do, for_s)

    def turn(self, mono_us: int) -> None:
        """Switch what is to change by now. Raises LineFault: whoever holds the lines must let them go."""
        for name in self._lines:
            self._set(name, mono_us)

    def next_us(self, mono_us: int) -> int | None:
        """When something changes next."""
        return min((us for one in self._blowing.values() if (us := one.next_us(mono_us)) is not None), default=None)

    def close(self) -> None:
        """Silence. Every line is tried, whatever another one does."""
        for line in self._lines.values():
            with suppress(LineFault):
                line.close()

    def _begin(self, order: Blow, for_s: float, mono_us: int) -> None:
        """A real order takes the place of a drill; of two alike the one that ends later holds."""
        before, wiring = self._blowing[order.siren], self._wirings[order.siren]
        until_us = mono_us + round(for_s * SECOND_US)
        if before.sounds(mono_us) and before.drill == order.drill:
            before.until_us = max(before.until_us, until_us)
            return
        on_us, off_us = (wiring.drill_on_s, wiring.drill_off_s) if order.drill else (1.0, 0.0)
        self._blowing[order.siren] = Blowing(mono_us, until_us, round(on_us * SECOND_US), round(off_us * SECOND_US))

    def _set(self, name: str, mono_us: int) -> None:
        on = self._blowing[name].is_on(mono_us)
        if on != self._is_on[name]:
            self._lines[name].set(on=on)
            self._is_on[name] = on

    def _give_up(self, name: str) -> None:
        """What was said not to sound must not sound a moment later."""
        self._blowing[name] = Blowing()
        with suppress(LineFault):
            self._lines[name].set(on=False)
            self._is_on[name] = False

    def _agrees(self, name: str, mono_us: int) -> None:
        """What an order was answered with is what the line itself says."""
        on = self._blowing[name].is_on(mono_us)
        if self._lines[name].is_on() is not on:
            raise LineFault(f"the line stays {'off' if on else 'on'}: look for a short circuit or another program")
