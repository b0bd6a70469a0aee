"""What a folder takes of the disk."""
import os


def disk_usage(folder):
    """Bytes of its files and folders in whole blocks, as du counts; files may come and go."""
    total = 0
    for where, _, names in os.walk(folder):
        for path in [where, *(os.path.join(where, name) for name in names)]:
            try:
                total += os.lstat(path).st_blocks * 512
            except FileNotFoundError:
                pass
    return total
