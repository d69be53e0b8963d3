"""`python -m controlmap` is the command `controlmap`."""

from controlmap.cli import main

raise SystemExit(main())
