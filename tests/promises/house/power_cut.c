/* A disk that loses its power: what was written and not flushed is gone.
 *
 * Preloaded into the program, it remembers what each write to the files below POWER_CUT_DIR
 * replaces, and forgets that when the file is flushed. At call number POWER_CUT_AT it puts
 * back all that was not flushed, the youngest first, and ends the process. With
 * POWER_CUT_MODE=flush every flush from that call on fails instead, as on a dying disk.
 * The write-ahead index (-shm) is memory shared between processes and no part of this. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct undo {
    struct undo *older;
    char path[512];
    dev_t dev;
    ino_t ino;
    off_t at, size_before;
    size_t length;
    char bytes[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct undo *youngest;
static long calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Whether the file counts; its path goes to `path`. */
static int counts(int fd, char *path, size_t size) {
    const char *dir = getenv("POWER_CUT_DIR");
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (!dir || length < 0) return 0;
    path[length] = 0;
    return strstr(path, dir) == path && strstr(path, ".sqlite") && !strstr(path, "-shm");
}

static void lose_power(void) {
    for (struct undo *u = youngest; u; u = u->older) {
        int fd = open(u->path, O_RDWR);
        if (fd < 0) continue;
        if (u->length) REAL(pwrite)(fd, u->bytes, u->length, u->at);
        REAL(ftruncate)(fd, u->size_before);
        close(fd);
    }
    _exit(99);
}

/* Counts a call; whether flushes fail by now. */
static int count(void) {
    const char *at = getenv("POWER_CUT_AT"), *mode = getenv("POWER_CUT_MODE");
    if (!at || ++calls < atol(at)) return 0;
    if (mode && !strcmp(mode, "flush")) return 1;
    lose_power();
    return 0;
}

static void remember(int fd, const char *path, off_t at, size_t length) {
    struct stat before;
    if (fstat(fd, &before)) return;
    size_t there = at < before.st_size ? (size_t)(before.st_size - at) : 0;
    if (there > length) there = length;
    struct undo *u = calloc(1, sizeof *u + there);
    if (!u) abort();
    snprintf(u->path, sizeof u->path, "%s", path);
    u->dev = before.st_dev, u->ino = before.st_ino;
    u->at = at, u->size_before = before.st_size, u->length = there;
    if (there && pread(fd, u->bytes, there, at) != (ssize_t)there) abort();
    u->older = youngest;
    youngest = u;
}

static void flushed(int fd) {
    struct stat file;
    if (fstat(fd, &file)) return;
    for (struct undo **u = &youngest; *u;) {
        struct undo *one = *u;
        if (one->dev == file.st_dev && one->ino == file.st_ino) {
            *u = one->older;
            free(one);
        } else {
            u = &one->older;
        }
    }
}

static void before_write(int fd, off_t at, size_t length) {
    char path[512];
    if (!counts(fd, path, sizeof path)) return;
    pthread_mutex_lock(&lock);
    count();
    remember(fd, path, at < 0 ? lseek(fd, 0, SEEK_CUR) : at, length);
    pthread_mutex_unlock(&lock);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    before_write(fd, -1, length);
    return REAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    before_write(fd, at, length);
    return REAL(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    before_write(fd, at, length);
    return REAL(pwrite64)(fd, bytes, length, at);
}

static void before_cut(int fd, off_t size) {
    struct stat before;
    if (!fstat(fd, &before) && size < before.st_size)
        before_write(fd, size, (size_t)(before.st_size - size));
    else
        before_write(fd, before.st_size, 0);
}

int ftruncate(int fd, off_t size) {
    before_cut(fd, size);
    return REAL(ftruncate)(fd, size);
}

int ftruncate64(int fd, off64_t size) {
    before_cut(fd, size);
    return REAL(ftruncate64)(fd, size);
}

static int flush(int fd, int (*real)(int)) {
    char path[512];
    if (!counts(fd, path, sizeof path)) return real(fd);
    pthread_mutex_lock(&lock);
    int fails = count(), done = -1;
    if (fails) {
        errno = EIO;
    } else if (!(done = real(fd))) {
        flushed(fd);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int fsync(int fd) { return flush(fd, REAL(fsync)); }
int fdatasync(int fd) { return flush(fd, REAL(fdatasync)); }
