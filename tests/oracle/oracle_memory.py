"""What is live, and whose it is: each event of the log applied to blocks, pages and pools, one by one."""

from collections import defaultdict

PAGE = 4096


class Change:
    """What one event did: bytes in and out, and the counters it moves."""

    def __init__(self, acquired=0, released=0, **counts):
        self.acquired, self.released, self.counts = acquired, released, counts


class Pool:
    """Its blocks, {address: (size, owner)}, and the bytes of heap blocks that it serves them from, {address: bytes}."""

    def __init__(self):
        self.blocks, self.backing = {}, {}


class Memory:
    """Blocks and pages with their owners. An owner is the stack that acquired them."""

    def __init__(self):
        self.blocks, self.pages, self.owned = {}, {}, defaultdict(int)
        self.pools, self.pauses, self.was_paused = defaultdict(Pool), 0, False
        self.live, self.unknown_frees, self.last_allocation = 0, 0, {}
        self.temporary = []  # (stack, bytes) of each temporary allocation

    def apply(self, event):
        """The event's Change, or None if it is no event in the sense of the report."""
        if event.kind == "P":
            self.pauses = max(0, self.pauses - 1) if event.values[0] else self.pauses + 1
            self.was_paused = self.was_paused or self.pauses > 0
            return None
        if event.kind in "setd" or self.pauses and event.kind in "aAm":
            return None
        previous = self.last_allocation.pop(event.thread, None)
        change = getattr(self, "_" + event.kind)(event, previous)
        if change is None and previous is not None:
            self.last_allocation[event.thread] = previous  # a call that did nothing is no event
        if change is not None:
            self.live += change.acquired - change.released
        return change

    def _own(self, stack, amount):
        self.owned[stack] += amount

    def _drop_block(self, address):
        size, owner = self.blocks.pop(address)
        self._own(owner, -size)
        return size

    def _add_block(self, address, size, stack):
        self.blocks[address] = (size, stack)
        self._own(stack, size)

    def _a(self, event, _):
        address, size = event.values
        self._add_block(address, size, event.stack)
        self.last_allocation[event.thread] = address
        return Change(size, 0, allocations=1)

    def _f(self, event, previous):
        address = event.values[0]
        if address not in self.blocks:
            self.unknown_frees += 1
            return None
        return Change(0, self._release(address, previous), frees=1)

    def _release(self, address, previous):
        owner = self.blocks[address][1]
        size = self._drop_block(address)
        if previous == address:
            self.temporary.append((owner, size))
        return size

    def _r(self, event, previous):
        old, address, size = event.values
        released = self._release(old, previous) if old in self.blocks else 0
        self._add_block(address, size, event.stack)
        self.last_allocation[event.thread] = address
        return Change(size, released, reallocations=1)

    # Pools. What they are served from is part of a heap block here: backing by mappings is not modelled.
    def _B(self, event, _):
        pool, address, size = event.values
        block = next((begin for begin, (whole, _) in self.blocks.items()
                      if not isinstance(begin, tuple) and begin <= address < begin + whole), None)
        if block is None:
            return None
        whole, owner = self.blocks[block]
        size = min(size, whole)
        self.blocks[block] = (whole - size, owner)
        self._own(owner, -size)
        self.pools[pool].backing[block] = size
        return Change(0, size)

    def _A(self, event, _):
        pool, address, size = event.values
        self.pools[pool].blocks[address] = (size, event.stack)
        self._own(event.stack, size)
        self.last_allocation[event.thread] = (pool, address)
        return Change(size, 0, allocations=1)

    def _release_pooled(self, pool, address, previous):
        size, owner = self.pools[pool].blocks.pop(address)
        self._own(owner, -size)
        if previous == (pool, address):
            self.temporary.append((owner, size))
        return size

    def _F(self, event, previous):
        pool, address = event.values
        if address not in self.pools[pool].blocks:
            self.unknown_frees += 1
            return None
        return Change(0, self._release_pooled(pool, address, previous), frees=1)

    def _X(self, event, previous):
        pool, old, address, size = event.values
        released = self._release_pooled(pool, old, previous)
        self._A(event._replace(values=(pool, address, size)), None)
        return Change(size, released, reallocations=1)

    def _Z(self, event, previous):
        blocks = list(self.pools[event.values[0]].blocks)
        if not blocks:
            return None
        return Change(0, sum(self._release_pooled(event.values[0], block, previous) for block in blocks), frees=len(blocks))

    def _D(self, event, previous):
        change = self._Z(event, previous) or Change()
        for block, size in self.pools.pop(event.values[0]).backing.items():
            if block not in self.blocks:
                continue
            left, owner = self.blocks[block]
            self._own(owner, -left)
            self.blocks[block] = (left + size, event.stack)
            self._own(event.stack, left + size)
            change.acquired += size
        return change

    # A page is ("live", owner), ("reserved", None) or ("ledger", None).
    def _take_pages(self, address, length):
        released, any_page = 0, False
        for page in range(address // PAGE, (address + length + PAGE - 1) // PAGE):
            state, owner = self.pages.pop(page, (None, None))
            any_page = any_page or state is not None
            if state == "live":
                self._own(owner, -PAGE)
                released += PAGE
        return released, any_page

    def _put_pages(self, address, length, state, stack):
        acquired = 0
        for page in range(address // PAGE, (address + length + PAGE - 1) // PAGE):
            self.pages[page] = (state, stack)
            if state == "live":
                self._own(stack, PAGE)
                acquired += PAGE
        return acquired

    def _m(self, event, _):
        address, length, protection, flags = event.values
        released, _ = self._take_pages(address, length)
        anonymous_private = flags & 0x20 and flags & 0x02
        state = "ledger" if not anonymous_private else "live" if protection != 0 else "reserved"
        return Change(self._put_pages(address, length, state, event.stack), released, mappings=1)

    def _u(self, event, _):
        released, any_page = self._take_pages(*event.values)
        return Change(0, released, unmappings=1) if any_page else None

    def _p(self, event, _):
        address, length, protection = event.values
        acquired = 0
        for page in range(address // PAGE, (address + length + PAGE - 1) // PAGE):
            if protection != 0 and self.pages.get(page, (None,))[0] == "reserved":
                self.pages[page] = ("live", event.stack)
                self._own(event.stack, PAGE)
                acquired += PAGE
        return Change(acquired, 0, mappings=1) if acquired else None

    def _R(self, event, _):
        old, old_length, address, length, flags = event.values
        first = old // PAGE
        before = [self.pages.get(page) for page in range(first, (old + max(old_length, 1) + PAGE - 1) // PAGE)]
        released, _ = self._take_pages(old, old_length)
        if flags & 4:
            # The old pages stay, as empty and as accessible as fresh ones, and whose they were.
            for page, kept in enumerate(before, first):
                if kept is not None:
                    released -= self._put_pages(page * PAGE, PAGE, *kept)
        released += self._take_pages(address, length)[0]
        acquired = 0
        for number in range((length + PAGE - 1) // PAGE):
            moved = before[min(number, len(before) - 1)]
            if moved is not None:
                acquired += self._put_pages(address + number * PAGE, PAGE, moved[0], event.stack)
        known = any(state is not None for state in before)
        return Change(acquired, released, mappings=1) if known or released else None

    def _b(self, event, _):
        old, new = event.values
        if new > old:
            self.blocks[("break", old)] = (new - old, event.stack)
            self._own(event.stack, new - old)
            return Change(new - old, 0, mappings=1)
        released = 0
        for key in [key for key in self.blocks if isinstance(key, tuple) and key[1] >= new]:
            released += self._drop_block(key)
        return Change(0, released, unmappings=1) if released else None
