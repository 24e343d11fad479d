/* The beginning of the AppImage: mounts the file system that follows it and starts AppRun in it.

   Where there is no FUSE it extracts into the user's cache, once for each file, and starts from
   there. `--appimage-extract [FOLDER]` only extracts, `--appimage-offset` tells where the file
   system begins. APPIMAGE and APPDIR are set as the AppImage specification says. */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <squashfuse/ll.h>
#include <squashfuse/squashfuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char self[PATH_MAX];

static int fail(const char *what) {
    fprintf(stderr, "dashai-monitor: %s: %s\n", what, strerror(errno));
    return 1;
}

/* The runtime is an ELF file whose section headers come last; the file system follows them. */
static size_t image_offset(void) {
    Elf64_Ehdr head;
    int fd = open(self, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, &head, sizeof head) != sizeof head) exit(fail(self));
    close(fd);
    return head.e_shoff + (size_t)head.e_shentsize * head.e_shnum;
}

static int start(const char *folder, char **argv) {
    char program[PATH_MAX + 16];
    snprintf(program, sizeof program, "%s/AppRun", folder);
    setenv("APPDIR", folder, 1);
    setenv("APPIMAGE", self, 1);
    execv(program, argv);
    return fail(program);
}

/* Extracting ---------------------------------------------------------------------------------- */

static int write_file(sqfs *fs, sqfs_inode *inode, const char *path) {
    static char buffer[1 << 20];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, inode->base.mode & 0777);
    if (fd < 0) return fail(path);
    for (sqfs_off_t at = 0; at < (sqfs_off_t)inode->xtra.reg.file_size;) {
        sqfs_off_t size = sizeof buffer;
        if (sqfs_read_range(fs, inode, at, &size, buffer) || size <= 0) return fail(path);
        if (write(fd, buffer, size) != size) return fail(path);
        at += size;
    }
    return close(fd) ? fail(path) : 0;
}

static int write_link(sqfs *fs, sqfs_inode *inode, const char *path) {
    char target[PATH_MAX];
    size_t size = sizeof target;
    if (sqfs_readlink(fs, inode, target, &size)) return fail(path);
    unlink(path);
    return symlink(target, path) ? fail(path) : 0;
}

static int extract(const char *folder, size_t offset) {
    sqfs fs;
    sqfs_traverse walk;
    sqfs_err error = SQFS_OK;
    if (mkdir(folder, 0755) && errno != EEXIST) return fail(folder);
    if (sqfs_open_image(&fs, self, offset)) return fail(self);
    if (sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs))) return fail(self);
    while (sqfs_traverse_next(&walk, &error)) {
        char path[2 * PATH_MAX];
        sqfs_inode inode;
        if (walk.dir_end) continue;
        snprintf(path, sizeof path, "%s/%s", folder, walk.path);
        if (sqfs_inode_get(&fs, &inode, sqfs_dentry_inode(&walk.entry))) return fail(path);
        int failed = S_ISDIR(inode.base.mode)   ? mkdir(path, 0755) && errno != EEXIST && fail(path)
                     : S_ISLNK(inode.base.mode) ? write_link(&fs, &inode, path)
                                                : write_file(&fs, &inode, path);
        if (failed) return 1;
    }
    sqfs_traverse_close(&walk);
    return error ? fail(self) : 0;
}

/* A folder of this very file in the user's cache; made whole under another name first. */
static int run_extracted(size_t offset, char **argv) {
    char cache[PATH_MAX], folder[PATH_MAX + 64], partial[PATH_MAX + 96];
    struct stat about;
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (stat(self, &about)) return fail(self);
    if (base && *base) snprintf(cache, sizeof cache, "%s", base);
    else snprintf(cache, sizeof cache, "%s/.cache", home ? home : "/tmp");
    mkdir(cache, 0700);
    snprintf(folder, sizeof folder, "%s/dashai-monitor-%llx-%llx", cache,
             (unsigned long long)about.st_size, (unsigned long long)about.st_mtime);
    if (access(folder, X_OK)) {
        snprintf(partial, sizeof partial, "%s.%d", folder, getpid());
        fprintf(stderr, "dashai-monitor: no FUSE here, extracting once into %s\n", folder);
        if (extract(partial, offset)) return 1;
        if (rename(partial, folder) && access(folder, X_OK)) return fail(folder);
    }
    return start(folder, argv);
}

/* Mounting ------------------------------------------------------------------------------------ */

static struct fuse_session *session;
static int alive_end;

/* The other end of the pipe is held by the program alone; its end ends the mount. */
static void *wait_for_end(void *nothing) {
    char byte;
    while (read(alive_end, &byte, 1) < 0 && errno == EINTR) {}
    fuse_session_exit(session);
    kill(getpid(), SIGHUP); /* wakes the loop from its read */
    return nothing;
}

static struct fuse_lowlevel_ops operations = {
    .getattr = sqfs_ll_op_getattr, .opendir = sqfs_ll_op_opendir,
    .releasedir = sqfs_ll_op_releasedir, .readdir = sqfs_ll_op_readdir,
    .lookup = sqfs_ll_op_lookup, .open = sqfs_ll_op_open, .create = sqfs_ll_op_create,
    .release = sqfs_ll_op_release, .read = sqfs_ll_op_read, .readlink = sqfs_ll_op_readlink,
    .listxattr = sqfs_ll_op_listxattr, .getxattr = sqfs_ll_op_getxattr,
    .forget = sqfs_ll_op_forget, .statfs = stfs_ll_op_statfs,
};

/* Serve the mount until the program ends; tells by one byte that it is there. */
static int serve(const char *folder, size_t offset, int ready) {
    char *words[] = {"dashai-monitor", "-o", "ro,nodev,nosuid,subtype=dashai-monitor", NULL};
    struct fuse_args arguments = FUSE_ARGS_INIT(3, words);
    sqfs_ll_chan channel;
    sqfs_ll *image = sqfs_ll_open(self, offset);
    pthread_t watcher;
    setsid();
    if (!image) return 1;
    if (sqfs_ll_mount(&channel, folder, &arguments, &operations, sizeof operations, image)) return 1;
    session = channel.session;
    if (fuse_set_signal_handlers(session) || write(ready, "+", 1) != 1) return 1;
    close(ready);
    pthread_create(&watcher, NULL, wait_for_end, NULL);
    fuse_session_loop(session);
    fuse_remove_signal_handlers(session);
    sqfs_ll_unmount(&channel, folder);
    rmdir(folder);
    return 0;
}

static int run_mounted(size_t offset, char **argv) {
    char folder[PATH_MAX], byte;
    const char *base = getenv("TMPDIR");
    int ready[2], alive[2];
    if (access("/dev/fuse", R_OK | W_OK)) return -1;
    snprintf(folder, sizeof folder, "%s/.mount_dashaiXXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder) || pipe(ready) || pipe(alive)) return -1;
    pid_t server = fork();
    if (server < 0) return -1;
    if (server == 0) {
        int quiet = open("/dev/null", O_RDWR);
        close(ready[0]);
        close(alive[1]);
        alive_end = alive[0];
        for (int fd = 0; fd < 3; fd++) dup2(quiet, fd);
        _exit(serve(folder, offset, ready[1]));
    }
    close(ready[1]);
    close(alive[0]);
    if (read(ready[0], &byte, 1) != 1) {
        close(alive[1]);
        waitpid(server, NULL, 0);
        rmdir(folder);
        return -1;
    }
    close(ready[0]);
    int failed = start(folder, argv);
    close(alive[1]);
    return failed;
}

int main(int argc, char **argv) {
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0) return fail("/proc/self/exe");
    size_t offset = image_offset();
    if (argc > 1 && !strcmp(argv[1], "--appimage-offset")) return printf("%zu\n", offset) < 0;
    if (argc > 1 && !strcmp(argv[1], "--appimage-extract"))
        return extract(argc > 2 ? argv[2] : "squashfs-root", offset);
    int failed = run_mounted(offset, argv);
    return failed < 0 ? run_extracted(offset, argv) : failed;
}
