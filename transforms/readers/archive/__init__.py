"""ZIP archives, and every format that is one."""
