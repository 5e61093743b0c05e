using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>The documents of execs below the exec root, where their containers' fifos are.</summary>
internal sealed class ExecFiles(string execRoot)
{
    private const string Suffix = ".exec.json";

    internal string Folder(Container container) => Path.Combine(execRoot, container.Id);

    internal void Save(Container container, ContainerExec exec)
    {
        var document = new ExecDocument { Id = exec.Id, Request = exec.Request, Started = exec.Started, ExitCode = exec.Exited.IsCompletedSuccessfully ? exec.Exited.Result : null };
        string path = Name(container, exec.Id);
        try
        {
            File.WriteAllBytes(path + ".next", JsonSerializer.SerializeToUtf8Bytes(document, ExecDocumentJson.Default.ExecDocument));
            Files.Rename(path + ".next", path);
        }
        catch (Exception error) when (!Directory.Exists(Folder(container)) && error is IOException or SyscallException)
        {
            // The run of the container has ended meanwhile, and took its execs along.
        }
    }

    internal void Delete(Container container, string id) => File.Delete(Name(container, id));

    internal IEnumerable<ExecDocument> Read(Container container)
    {
        string folder = Folder(container);
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Suffix) : [])
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), ExecDocumentJson.Default.ExecDocument) is { } document)
            {
                yield return document;
            }
        }
    }

    private string Name(Container container, string id) => Path.Combine(Folder(container), id + Suffix);
}
