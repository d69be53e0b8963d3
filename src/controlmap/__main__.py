"""`python -m controlmap` is the command `controlmap`."""

from controlmap.cli.main import main

raise SystemExit(main())
