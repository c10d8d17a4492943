#!/usr/bin/env python3
"""The analyzer needs memory for live blocks, not for events; where it gets too little, it says so and ends with 3."""

import resource

from e2e_test import E2eTest, main

LIVE, CHURN = 1_500_000, 1_000_000
GIBIBYTE, MEBIBYTE = 1 << 30, 1 << 20


def limit(memory):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


class BoundedMemory(E2eTest):
    def test_events_cost_nothing_and_too_many_blocks_are_refused(self):
        done, trace = self.memline.record([self.guest("many_blocks"), str(LIVE), str(CHURN)])
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        summary = self.memline.json("summary", trace)
        self.assertEqual(summary["frees"], CHURN)
        self.assertEqual(summary["leaked_blocks"], LIVE + 1)  # and the array that holds them

        enough = self.memline.run(["summary", trace], preexec_fn=limit(2 * GIBIBYTE))
        self.assertEqual(enough.returncode, 0, enough.stderr)
        too_little = self.memline.run(["summary", trace], preexec_fn=limit(160 * MEBIBYTE))
        self.assertEqual(too_little.returncode, 3)
        self.assertEqual(too_little.stdout, "")
        self.assertRegex(too_little.stderr, r"\Amemline: out of memory: .*\n\Z")

    def test_a_program_that_is_watched_ends_as_it_would(self):
        guest = [self.guest("many_blocks"), str(LIVE), str(CHURN)]
        done, trace = self.run_under_memline(guest, "--watch", "--region-func", "churn", preexec_fn=limit(160 * MEBIBYTE))
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual([line for line in done.stderr.splitlines() if not line.startswith("'churn' used ")],
                         ["memline: out of memory: the trace holds more live blocks, mappings or stacks than this process "
                          "may use memory for (see ulimit -v)"])
        self.assertEqual(self.memline.json("summary", trace)["frees"], CHURN)

    def test_churn_alone_needs_little(self):
        _, trace = self.memline.record([self.guest("many_blocks"), "0", str(CHURN)])
        done = self.memline.run(["summary", trace], preexec_fn=limit(160 * MEBIBYTE))
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    main()
