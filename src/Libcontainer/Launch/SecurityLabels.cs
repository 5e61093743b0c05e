using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>Labels that take effect at the exec: AppArmor's and SELinux's.</summary>
internal static class SecurityLabels
{
    internal static void Set(ProcFiles proc, Wharf.Oci.Runtime.Process process)
    {
        if (process.ApparmorProfile is { Length: > 0 } profile)
        {
            if (!Directory.Exists("/sys/kernel/security/apparmor") && !File.Exists("/sys/module/apparmor/parameters/enabled"))
            {
                throw new ContainerException($"apparmor profile \"{profile}\": apparmor is not enabled on this host");
            }

            Write(proc, "apparmor/exec", "exec " + profile, $"unable to apply apparmor profile: apparmor profile \"{profile}\"");
        }

        if (process.SelinuxLabel is { Length: > 0 } label)
        {
            Write(proc, "exec", label, $"unable to set selinux exec label \"{label}\"");
        }
    }

    private static void Write(ProcFiles proc, string file, string text, string step)
    {
        try
        {
            proc.Write("thread-self/attr/" + file, text);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"{step}: {ErrnoText.Of(error.Errno)}", error);
        }
    }
}
