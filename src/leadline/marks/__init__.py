"""Which events no person made: mail scanners, crawlers, bursts, each with a reason."""
