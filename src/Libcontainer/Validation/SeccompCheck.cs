using Wharf.Libcontainer.Seccomp;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>config-linux.md, "Seccomp". Calls that this kernel does not know are no mistake: a profile is written for many.</summary>
internal static class SeccompCheck
{
    private const uint MostErrno = 4095;
    private const uint MostData = 0xffff;

    internal static void Check(Wharf.Oci.Runtime.Seccomp? profile)
    {
        if (profile is null)
        {
            return;
        }

        Action(profile.DefaultAction, profile.DefaultErrnoRet, "linux.seccomp.defaultAction", "linux.seccomp.defaultErrnoRet");
        for (int index = 0; index < (profile.Architectures?.Count ?? 0); index++)
        {
            if (!profile.Architectures![index].StartsWith("SCMP_ARCH_", StringComparison.Ordinal))
            {
                throw Fault.At($"linux.seccomp.architectures[{index}]", $"seccomp architecture \"{profile.Architectures[index]}\" is unknown");
            }
        }

        for (int index = 0; index < (profile.Flags?.Count ?? 0); index++)
        {
            if (!FilterCompiler.Flags.Contains(profile.Flags![index]))
            {
                throw Fault.At($"linux.seccomp.flags[{index}]", $"seccomp flag \"{profile.Flags[index]}\" is unknown");
            }
        }

        for (int index = 0; index < (profile.Syscalls?.Count ?? 0); index++)
        {
            Rule(profile.Syscalls![index], $"linux.seccomp.syscalls[{index}]");
        }

        Fault.Within("linux.seccomp.listenerPath", () => SeccompListener.Check(profile));
    }

    private static void Rule(SeccompRule rule, string place)
    {
        if (rule.Names.Count == 0)
        {
            throw Fault.At(place + ".names", "a rule names no syscall");
        }

        Action(rule.Action, rule.ErrnoRet, place + ".action", place + ".errnoRet");
        for (int index = 0; index < (rule.Args?.Count ?? 0); index++)
        {
            SeccompArgument argument = rule.Args![index];
            if (argument.Index > 5)
            {
                throw Fault.At($"{place}.args[{index}].index", $"seccomp: argument index {argument.Index} is above 5");
            }

            if (!ArgumentTest.Operators.Contains(argument.Op))
            {
                throw Fault.At($"{place}.args[{index}].op", $"seccomp operator \"{argument.Op}\" is unknown");
            }
        }
    }

    private static void Action(string action, uint? errno, string place, string errnoPlace)
    {
        if (!FilterCompiler.Actions.Contains(action))
        {
            throw Fault.At(place, $"seccomp action \"{action}\" is unknown");
        }

        if (errno > (action == "SCMP_ACT_ERRNO" ? MostErrno : MostData))
        {
            throw Fault.At(errnoPlace, $"{errno} is no errno");
        }
    }
}
