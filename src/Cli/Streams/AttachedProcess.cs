using Wharf.Cli.CommandLine;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Streams;

/// <summary>The user's end of a process in a container, from the join of the streams to their end: run, start, attach and exec have it alike.</summary>
internal sealed class AttachedProcess : IDisposable
{
    private readonly Attachment attachment;
    private readonly SignalsOfAttachment signals;
    private readonly AttachmentOptions options;
    private readonly string route;

    /// <param name="session">The engine, and this program's outputs.</param>
    /// <param name="stream">The process's streams.</param>
    /// <param name="options">Which of them, and how.</param>
    /// <param name="route">Of the container or the exec: where its window is changed.</param>
    internal AttachedProcess(Session session, HijackedStream stream, AttachmentOptions options, string route)
    {
        this.options = options;
        this.route = route;
        attachment = new Attachment(session, stream, options);
        signals = new SignalsOfAttachment(session);
    }

    internal static Flag DetachKeysFlag { get; } = new("detach-keys", '\0', FlagType.Text, "Override the key sequence for detaching a container");

    internal static Flag SignalsFlag { get; } = new("sig-proxy", '\0', FlagType.Switch, "Proxy all received signals to the process", "true");

    /// <summary>The keys that the user asked for here or in the configuration; empty: the usual ones.</summary>
    internal static string DetachKeys(Invocation call) => call.Flags.Text("detach-keys", call.Session.Configured("detachKeys") ?? "");

    /// <summary>A terminal in the container is typed at from one here.</summary>
    internal static void RequireTerminal(bool tty, bool input)
    {
        if (tty && input && Terminal.Size(new FileDescriptor(0, ownsHandle: false)) is null)
        {
            throw new CommandException("the input device is not a TTY");
        }
    }

    /// <summary>What signals do from now on: they go to the container, or end this program.</summary>
    internal void OnSignals(string? passedTo)
    {
        if (passedTo is null)
        {
            signals.EndOn(attachment.Restore);
        }
        else
        {
            signals.PassTo(passedTo, attachment.Restore);
        }
    }

    /// <summary>Until the streams end: false when the user has detached.</summary>
    /// <param name="start">What makes the process run, once the streams are joined; null: it runs.</param>
    internal bool Follow(Action? start = null)
    {
        attachment.Begin();
        try
        {
            start?.Invoke();
        }
        catch
        {
            attachment.Restore();
            throw;
        }

        if (options.Tty)
        {
            signals.FollowWindow(route);
        }

        return attachment.CopyOutput();
    }

    public void Dispose()
    {
        signals.Dispose();
        attachment.Dispose();
    }
}
