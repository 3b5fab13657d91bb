"""The shapes of test/parity/shapes.ts, number by number: the same integers, the same operations, hence the same doubles."""

INFINITY = float("inf")


def uniforms(seed, count):
    state = seed
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 4294967296
        yield state / 4294967296


def bells(seed, count):
    values = list(uniforms(seed, count * 12))
    for index in range(count):
        total = 0.0
        for value in values[index * 12 : index * 12 + 12]:
            total += value
        yield total - 6


def every(step, replacement, values):
    return [replacement if index % step == 0 else value for index, value in enumerate(values)]


def numbers(seed, count, change=lambda value: value):
    return [change(value) for value in bells(seed, count)]


def names(seed, count, kinds, prefix="c"):
    return [f"{prefix}{int(value * value * kinds)}" for value in uniforms(seed, count)]


NUMERIC = {
    "same": lambda: (numbers(1, 800), numbers(2, 900)),
    "shifted": lambda: (numbers(3, 700), numbers(4, 700, lambda v: v + 0.5)),
    "scaled": lambda: (numbers(5, 700), numbers(6, 650, lambda v: v * 3)),
    "skewed": lambda: (numbers(7, 900, lambda v: v * v), numbers(8, 900, lambda v: v * v * v * v)),
    "constant": lambda: ([5.0] * 300, [5.0] * 200),
    "constant_moved": lambda: ([5.0] * 300, [6.0] * 200),
    "all_null": lambda: (numbers(9, 300), [None] * 300),
    "some_null": lambda: (every(10, None, numbers(10, 600)), every(3, None, numbers(11, 500))),
    "disjoint": lambda: (numbers(12, 300), numbers(13, 300, lambda v: v + 100)),
    "tiny": lambda: (numbers(14, 3), numbers(15, 4)),
    "single": lambda: ([1.5], [2.5]),
    "huge": lambda: (numbers(16, 500, lambda v: v * 1e15), numbers(17, 400, lambda v: v * 1e15 + 1e14)),
    "minute": lambda: (numbers(18, 500, lambda v: v * 1e-9), numbers(19, 400, lambda v: v * 1.1e-9)),
    "ties": lambda: ([float(int(v * 4)) for v in uniforms(20, 900)], [float(int(v * v * 4)) for v in uniforms(21, 700)]),
    "integers": lambda: ([float(int(v * 90)) for v in uniforms(22, 900)], [float(int(v * v * 120)) for v in uniforms(23, 700)]),
    "zeros": lambda: (every(4, 0.0, numbers(24, 800, lambda v: v * v)), every(2, 0.0, numbers(25, 800, lambda v: v * v))),
    "infinities": lambda: (every(50, INFINITY, numbers(26, 500)), every(40, -INFINITY, numbers(27, 500))),
    "large": lambda: (numbers(28, 10500), numbers(29, 1200, lambda v: v * 1.2 + 0.1)),
}

CATEGORICAL = {
    "same": lambda: (names(31, 900, 6), names(32, 800, 6)),
    "new_category": lambda: (names(33, 900, 4), names(34, 900, 7)),
    "lost_category": lambda: (names(35, 900, 7), names(36, 900, 3)),
    "two": lambda: (names(37, 400, 2), names(38, 500, 2)),
    "one": lambda: (["only"] * 50, ["only"] * 70),
    "many": lambda: (names(39, 3000, 90), names(40, 2500, 95)),
    "some_null": lambda: (every(6, None, names(41, 600, 5)), every(4, None, names(42, 600, 5))),
    "all_null": lambda: (names(43, 300, 4), [None] * 200),
    "disjoint": lambda: (names(44, 300, 4), names(45, 300, 4, "d")),
}
