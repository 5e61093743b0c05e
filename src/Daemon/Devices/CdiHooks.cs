using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Devices;

/// <summary>Hooks that devices need, at their stages.</summary>
internal static class CdiHooks
{
    internal static Hooks? Add(Hooks? hooks, IReadOnlyList<CdiHook> more)
    {
        foreach (CdiHook one in more)
        {
            hooks ??= new Hooks();
            var hook = new Hook { Path = one.Path, Args = one.Args, Env = one.Env, Timeout = one.Timeout };
            hooks = one.HookName switch
            {
                "prestart" => hooks with { Prestart = [.. hooks.Prestart ?? [], hook] },
                "createRuntime" => hooks with { CreateRuntime = [.. hooks.CreateRuntime ?? [], hook] },
                "createContainer" => hooks with { CreateContainer = [.. hooks.CreateContainer ?? [], hook] },
                "startContainer" => hooks with { StartContainer = [.. hooks.StartContainer ?? [], hook] },
                "poststart" => hooks with { Poststart = [.. hooks.Poststart ?? [], hook] },
                "poststop" => hooks with { Poststop = [.. hooks.Poststop ?? [], hook] },
                var other => throw new EngineException(EngineErrorKind.System, $"CDI device injection failed: unknown hook name \"{other}\""),
            };
        }

        return hooks;
    }
}
