/* See world.h. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base64.h"
#include "client.h"

#define EPOCH_US INT64_C(1700000000000000)

const char *const world_host_names[WORLD_MAX_HOSTS + 1] = { "hv01", "hv02", NULL };
const char world_user[] = "tester";
const char world_password[] = "Zeppelin-7431-Kranich";

static int64_t real_us(const struct world *world) {
    return EPOCH_US + (int64_t)world->now_ms * 1000;
}

static bool arm_all(struct world *world, const char *const *arms) {
    struct hv_error err = { 0 };
    int rc = 0;

    for (size_t i = 0; rc == 0 && arms && arms[i]; i++)
        rc = sim_arms_add(&world->model, arms[i], &err);
    if (rc == 0)
        rc = sim_arms_load(&world->model, world->fabric, &err);
    if (rc < 0)
        (void)fprintf(stderr, "%s\n", err.message);
    return rc == 0;
}

static bool sign_in(struct world *world) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(1024);
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(1024);

    hv_buf_printf(&plain, "%s:%s", world_user, world_password);
    hv_buf_puts(&text, "Basic ");
    sim_base64_encode(plain.data, plain.len, &text);
    return sim_users_add(&world->users, world_user, world_password, NULL) == 0 &&
           hv_buf_take(&text, "a header", &world->authorization, NULL) == 0;
}

static void note_files(struct world *world) {
    for (size_t i = 0; i < world->n_hosts; i++) {
        const struct sim_host *host = world->fabric->hosts[i];

        for (size_t j = 0; j < host->files.n_items && world->n_files < WORLD_MAX_FILES; j++)
            world->files[world->n_files++] = sim_format("%s %s", host->name, host->files.items[j].path);
    }
}

bool world_open(struct world *world, const char *config, const char *const *arms) {
    const struct sim_options options = { .config_path = config, .time_scale = 1 };
    struct hv_error err = { 0 };

    memset(world, 0, sizeof(*world));
    world->now_ms = 1000;
    world->ids.state = 1;
    if (sim_fabric_new(&options, real_us(world), &world->fabric, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.message);
        return false;
    }
    world->n_hosts = sim_fabric_n_hosts(world->fabric);
    if (world->n_hosts > WORLD_MAX_HOSTS || !sign_in(world) || !arm_all(world, arms))
        return false;
    for (size_t i = 0; i < world->n_hosts; i++)
        sim_service_init(&world->services[i], world->fabric, world->fabric->hosts[i], &world->users, &world->wire, &world->ids);
    note_files(world);
    return true;
}

void world_close(struct world *world) {
    for (size_t i = 0; i < world->n_hosts; i++)
        sim_service_deinit(&world->services[i]);
    for (size_t i = 0; i < world->n_late; i++)
        free(world->late[i].bytes);
    for (size_t i = 0; i < world->n_files; i++)
        free(world->files[i]);
    sim_users_deinit(&world->users);
    sim_arms_deinit(&world->model);
    sim_arms_deinit(&world->wire);
    free(world->authorization);
    (void)sim_fabric_free(world->fabric);
    memset(world, 0, sizeof(*world));
}

void world_handle(struct world *world, uint32_t host, const char *bytes, size_t n_bytes, const char *trouble,
                  struct sim_http_reply *ret_reply) {
    const struct sim_http_request request = {
        .method = "POST",
        .path = "/wsman",
        .content_type = "application/soap+xml;charset=UTF-8",
        .authorization = world->authorization,
        .has_length = true,
        .tls = true,
        .bytes = bytes,
        .n_bytes = n_bytes,
        .now_us = real_us(world),
    };

    if (trouble && sim_arms_add(&world->wire, trouble, NULL) < 0)
        abort();
    sim_service_handle(&world->services[host], &request, ret_reply);
    sim_arms_deinit(&world->wire);
}

void world_handle_late(struct world *world, uint32_t host, const char *bytes, size_t n_bytes, uint64_t due_ms) {
    struct world_late *late = &world->late[world->n_late];

    if (world->n_late == WORLD_MAX_LATE)
        return;
    *late = (struct world_late){ .host = host, .due_ms = due_ms, .n_bytes = n_bytes };
    if (hv_text_copy_n(bytes, n_bytes, &late->bytes, NULL) == 0)
        world->n_late++;
}

static void carry_out_late(struct world *world) {
    struct world_late late = world->late[0];
    struct sim_http_reply reply;

    memmove(&world->late[0], &world->late[1], (world->n_late - 1) * sizeof(late));
    world->n_late--;
    if (late.due_ms > world->now_ms)
        world->now_ms = late.due_ms;
    world_handle(world, late.host, late.bytes, late.n_bytes, NULL, &reply);
    sim_http_reply_deinit(&reply);
    free(late.bytes);
}

void world_pass(struct world *world, uint64_t now_ms) {
    while (world->n_late > 0 && world->late[0].due_ms <= now_ms)
        carry_out_late(world);
    if (now_ms > world->now_ms)
        world->now_ms = now_ms;
    sim_fabric_tick(world->fabric, real_us(world));
}

/* ---- the truth ---- */

static bool is_moved_by(const struct sim_job *job, const char *vm_guid) {
    return hv_text_same(job->vm_guid, vm_guid) && job->kind == SIM_JOB_MOVE && !sim_job_is_over(job);
}

static int host_number(const struct world *world, const struct sim_host *host) {
    for (size_t i = 0; i < world->n_hosts; i++) {
        if (world->fabric->hosts[i] == host)
            return (int)i;
    }
    return -1;
}

static const char *first_disk_of(const struct sim_vm *vm) {
    for (size_t i = 0; i < vm->active.resources.n_items; i++) {
        if (sim_setting_is_vhd(vm->active.resources.items[i]))
            return sim_setting_resource(vm->active.resources.items[i]);
    }
    return NULL;
}

void world_look(const struct world *world, const char *vm_guid, const char *first_disk, struct world_truth *ret_truth) {
    const struct sim_fabric *fabric = world->fabric;

    *ret_truth = (struct world_truth){ .host = -1 };
    for (size_t i = 0; i < fabric->n_vms; i++) {
        const struct sim_vm *vm = fabric->vms[i];
        int host = host_number(world, vm->host);

        if (!hv_text_same(vm->guid, vm_guid) || host < 0)
            continue;
        if (vm->is_planned) {
            ret_truth->is_planned[host] = true;
            continue;
        }
        ret_truth->n_places++;
        ret_truth->host = host;
        ret_truth->state = vm->state;
        ret_truth->has_moved_disks = first_disk && !hv_text_same(first_disk_of(vm), first_disk);
    }
    for (size_t i = 0; i < fabric->n_jobs; i++)
        ret_truth->is_moving = ret_truth->is_moving || is_moved_by(fabric->jobs[i], vm_guid);
}

static bool config_uses(const struct sim_config *config, const char *path) {
    for (size_t i = 0; i < config->resources.n_items; i++) {
        const struct sim_object *setting = config->resources.items[i];

        if ((sim_setting_is_vhd(setting) || sim_setting_is_media(setting)) && hv_text_same(sim_setting_resource(setting), path))
            return true;
    }
    return false;
}

static bool is_used(const struct world *world, const struct sim_host *host, const char *path) {
    for (size_t i = 0; i < world->fabric->n_vms; i++) {
        const struct sim_vm *vm = world->fabric->vms[i];
        bool uses = config_uses(&vm->active, path);

        if (vm->host != host || vm->is_planned)
            continue;
        for (size_t j = 0; j < vm->n_checkpoints; j++)
            uses = uses || config_uses(&vm->checkpoints[j], path);
        if (uses)
            return true;
    }
    /* A parent of a file there is in use as its child is. */
    for (size_t i = 0; i < host->files.n_items; i++) {
        if (hv_text_same(host->files.items[i].parent, path))
            return true;
    }
    return false;
}

static bool was_there(const struct world *world, const struct sim_host *host, const char *path) {
    size_t n = strlen(host->name);

    for (size_t i = 0; i < world->n_files; i++) {
        const char *known = world->files[i];

        if (known && strncmp(known, host->name, n) == 0 && known[n] == ' ' && hv_text_same(known + n + 1, path))
            return true;
    }
    return false;
}

void world_rubbish(const struct world *world, void (*fn)(void *context, const char *host, const char *path), void *context) {
    for (size_t i = 0; i < world->n_hosts; i++) {
        const struct sim_host *host = world->fabric->hosts[i];

        for (size_t j = 0; j < host->files.n_items; j++) {
            const char *path = host->files.items[j].path;

            if (!was_there(world, host, path) && !is_used(world, host, path))
                fn(context, host->name, path);
        }
    }
}

size_t world_n_open(const struct world *world) {
    size_t n = 0;

    for (size_t i = 0; i < world->n_hosts; i++)
        n += world->services[i].contexts.n_items;
    return n;
}
