using System.Buffers;
using System.Text.Json;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>Hands the listener of a filter to the agent that the spec names, with the state it needs: config-linux.md, "The Container Process State".</summary>
internal static class SeccompListener
{
    private static FileDescriptor Connect(string path)
    {
        try
        {
            return UnixSockets.Connect(path);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"failed to connect with seccomp agent specified in the seccomp profile: {error.Message}", error);
        }
    }

    /// <summary>What the spec forbids is told before anything is made; a notification of these calls would wait for an agent that does not have the listener yet.</summary>
    internal static void Check(Wharf.Oci.Runtime.Seccomp profile)
    {
        if (profile.DefaultAction == "SCMP_ACT_NOTIFY")
        {
            throw new ContainerException("SCMP_ACT_NOTIFY cannot be used as default action");
        }

        foreach (SeccompRule rule in (profile.Syscalls ?? []).Where(rule => rule.Action == "SCMP_ACT_NOTIFY"))
        {
            if (rule.Names.FirstOrDefault(name => name is "write" or "sendmsg") is { } name)
            {
                throw new ContainerException($"SCMP_ACT_NOTIFY cannot be used for the {name} syscall");
            }

            if (profile.ListenerPath is null or "")
            {
                throw new ContainerException("seccomp listenerPath is not set");
            }
        }
    }

    internal static bool Needed(Wharf.Oci.Runtime.Seccomp profile) => profile.Syscalls?.Any(rule => rule.Action == "SCMP_ACT_NOTIFY") == true;

    internal static void Send(Wharf.Oci.Runtime.Seccomp profile, FileDescriptor listener, State state, int process)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", Container.SpecVersion);
            json.WriteStartArray("fds");
            json.WriteStringValue("seccompFd");
            json.WriteEndArray();
            json.WriteNumber("pid", process);
            json.WriteString("metadata", profile.ListenerMetadata ?? string.Empty);
            json.WritePropertyName("state");
            JsonSerializer.Serialize(json, state, RuntimeJson.Default.State);
            json.WriteEndObject();
        }

        using FileDescriptor agent = Connect(profile.ListenerPath!);
        UnixSockets.Send(agent, buffer.WrittenSpan, listener);
    }
}
