using System.Globalization;
using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>The environment of a container's process: the spec's, the last of equal names, and HOME from the container's own passwd.</summary>
internal static class ProcessEnvironment
{
    // A passwd of many gigabytes must not fill the memory: no line of ours is behind this (CVE-2026-47262).
    private const int PasswdLimit = 1024 * 1024;

    internal static IReadOnlyList<string> Of(IReadOnlyList<string>? given, uint user)
    {
        var byName = new Dictionary<string, string>();
        var order = new List<string>();
        foreach (string entry in given ?? [])
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new ContainerException($"environment variable \"{entry}\" is not NAME=value");
            }

            string name = entry[..equals];
            if (!byName.ContainsKey(name))
            {
                order.Add(name);
            }

            byName[name] = entry;
        }

        List<string> environment = [.. order.Select(name => byName[name])];
        if (ProgramPath.Value(environment, "HOME") is null or "")
        {
            environment.RemoveAll(entry => entry.StartsWith("HOME=", StringComparison.Ordinal));
            environment.Add("HOME=" + HomeOf(user));
        }

        return environment;
    }

    private static string HomeOf(uint user)
    {
        const string passwd = "/etc/passwd";
        try
        {
            if (Files.Find(passwd) is not { Kind: FileKind.Regular })
            {
                return "/";
            }

            using FileDescriptor file = Files.Open(passwd, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
            string id = user.ToString(CultureInfo.InvariantCulture);
            foreach (string line in System.Text.Encoding.UTF8.GetString(Files.ReadToEnd(file, passwd, PasswdLimit)).Split('\n'))
            {
                string[] fields = line.Split(':');
                if (fields.Length >= 6 && fields[2] == id)
                {
                    return fields[5];
                }
            }
        }
        catch (SyscallException)
        {
            // A container without users has its home at the root.
        }

        return "/";
    }
}
