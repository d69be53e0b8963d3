"""`python -m controlmap.embed` rebuilds geodata/."""

from controlmap.embed import main

raise SystemExit(main())
