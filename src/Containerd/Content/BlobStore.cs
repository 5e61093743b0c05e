using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Wharf.ContainerdApi.Content.V1;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.Containerd.Events;
using Wharf.Containerd.Leases;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Linux;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Content;

/// <summary>
/// Blobs as files named by their digest, and the ingests that become blobs. The file is complete and on the disk before the record
/// exists; a file without a record is nobody's. The same file serves every namespace that has a record of it.
/// </summary>
internal sealed class BlobStore
{
    private static readonly TimeSpan ForgottenIngest = TimeSpan.FromHours(24);
    private readonly MetadataStore store;
    private readonly EventExchange events;
    private readonly string blobs;
    private readonly string ingests;
    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> writing = [];

    public BlobStore(MetadataStore store, EventExchange events, string folder)
    {
        this.store = store;
        this.events = events;
        blobs = Path.Combine(folder, "blobs");
        ingests = Path.Combine(folder, "ingest");
        foreach (string algorithm in Digest.Algorithms)
        {
            Directory.CreateDirectory(Path.Combine(blobs, algorithm));
        }

        // A blob is only found again where its folder has a name on the disk.
        Durability.SyncDirectory(blobs);
        Directory.CreateDirectory(ingests);
    }

    public string PathOf(Digest digest) => Path.Combine(blobs, digest.Algorithm, digest.Encoded);

    public Info Get(string scope, Digest digest) =>
        store.Read(records => records.Find(Info.Parser, scope, RecordKind.Content, digest.ToString())) ?? throw ContainerdException.NotFound($"content {digest}");

    /// <summary>Gives a blob a label that it does not have yet.</summary>
    public void AddLabel(string scope, Digest digest, string key, string value) => ChangeLabel(scope, digest, key, present => present ?? value);

    /// <summary>Sets a label to what becomes of its value, or of none.</summary>
    public void ChangeLabel(string scope, Digest digest, string key, Func<string?, string> change)
    {
        // Most are there already, and a transaction costs a sync of the disk.
        Info known = Get(scope, digest);
        if (known.Labels.TryGetValue(key, out string? same) && change(same) == same)
        {
            return;
        }

        store.Change(records =>
        {
            Info info = records.Find(Info.Parser, scope, RecordKind.Content, digest.ToString()) ?? throw ContainerdException.NotFound($"content {digest}");
            info.Labels[key] = change(info.Labels.TryGetValue(key, out string? present) ? present : null);
            LabelRules.Check(info.Labels);
            info.UpdatedAt = LabelRules.Now();
            records.Put(scope, RecordKind.Content, info.Digest, info);
        });
    }

    public SafeFileHandle Open(string scope, Digest digest)
    {
        Get(scope, digest);
        try
        {
            return File.OpenHandle(PathOf(digest), options: FileOptions.SequentialScan);
        }
        catch (FileNotFoundException error)
        {
            throw new ContainerdException(ErrorKind.NotFound, $"content {digest}: blob is missing: not found", error);
        }
    }

    /// <summary>Opens an ingest to go on with it; one writer at a time.</summary>
    public Ingest Begin(CallScope scope, string reference, long total, Digest? expected)
    {
        if (reference.Length == 0)
        {
            throw ContainerdException.Invalid("content writer: first message needs a reference");
        }

        string name = Name(scope.Namespace, reference);
        lock (gate)
        {
            if (writing.TryGetValue(name, out DateTimeOffset since))
            {
                throw ContainerdException.Unavailable($"ref {reference} locked for {(DateTimeOffset.UtcNow - since).TotalMilliseconds:0}ms (since {since:O})");
            }

            writing.Add(name, DateTimeOffset.UtcNow);
        }

        try
        {
            if (expected is not null && TryShare(scope, expected))
            {
                throw ContainerdException.AlreadyExists($"content {expected}");
            }

            return Ingest.Open(Path.Combine(ingests, name), scope.Namespace, reference, total, expected, () => Release(name));
        }
        catch
        {
            Release(name);
            throw;
        }
    }

    /// <summary>Makes the blob of a verified ingest: durable when this returns.</summary>
    public void Commit(CallScope scope, Ingest ingest, long size, Digest? expected, IReadOnlyDictionary<string, string> labels)
    {
        Digest digest = ingest.Finish(size, expected);
        bool existed;
        lock (gate)
        {
            string target = PathOf(digest);
            if (!File.Exists(target))
            {
                File.SetUnixFileMode(ingest.DataPath, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
                File.Move(ingest.DataPath, target);
                Failpoint.Pass("containerd.content.moved");
                Durability.SyncDirectory(Path.GetDirectoryName(target)!);
            }

            existed = store.Change(records =>
            {
                LeaseRecords.Hold(records, scope, LeaseRecords.Content, digest.ToString());
                if (records.Find(scope.Namespace, RecordKind.Content, digest.ToString()) is not null)
                {
                    return true;
                }

                var info = new Info { Digest = digest.ToString(), Size = ingest.Offset, CreatedAt = LabelRules.Now() };
                info.UpdatedAt = info.CreatedAt;
                info.Labels.Add(labels.ToDictionary());
                LabelRules.Check(info.Labels);
                records.Put(scope.Namespace, RecordKind.Content, info.Digest, info);
                return false;
            });
        }

        ingest.Remove();
        if (existed)
        {
            throw ContainerdException.AlreadyExists($"content {digest}");
        }

        events.Publish(scope.Namespace, "/content/create", new ContentCreate { Digest = digest.ToString(), Size = ingest.Offset });
    }

    public Status Status(string scope, string reference) =>
        IngestFiles.TryRead(Path.Combine(ingests, Name(scope, reference))) is { } found ? found.Status : throw ContainerdException.NotFound($"ingest ref {reference}");

    public IReadOnlyList<Status> Statuses(string scope) =>
        [.. Directory.EnumerateDirectories(ingests).Select(IngestFiles.TryRead).Where(found => found?.Namespace == scope).Select(found => found!.Status)];

    public void Abort(string scope, string reference)
    {
        string name = Name(scope, reference);
        lock (gate)
        {
            if (writing.ContainsKey(name))
            {
                throw ContainerdException.Unavailable($"ref {reference} locked");
            }

            string folder = Path.Combine(ingests, name);
            if (!Directory.Exists(folder))
            {
                throw ContainerdException.NotFound($"ingest ref {reference}");
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Removes files that no record names, and ingests that nobody came back to.</summary>
    public void RemoveUnrecorded()
    {
        lock (gate)
        {
            HashSet<string> known = [.. store.Read(records => records.ListEverywhere(RecordKind.Content)).Select(record => record.Key)];
            foreach (string algorithm in Directory.EnumerateDirectories(blobs))
            {
                foreach (string file in Directory.EnumerateFiles(algorithm).Where(file => !known.Contains($"{Path.GetFileName(algorithm)}:{Path.GetFileName(file)}")))
                {
                    File.Delete(file);
                }
            }

            foreach (string folder in Directory.EnumerateDirectories(ingests).Where(folder => !writing.ContainsKey(Path.GetFileName(folder))))
            {
                if (Directory.GetLastWriteTimeUtc(folder) < DateTime.UtcNow - ForgottenIngest)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }
    }

    private static string Name(string scope, string reference) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}/{reference}")));

    /// <summary>True when the blob is there: a namespace that did not have it gets a record of the same file.</summary>
    private bool TryShare(CallScope scope, Digest digest)
    {
        string key = digest.ToString();
        lock (gate)
        {
            (bool here, Info? elsewhere) = store.Read(records =>
            {
                bool own = records.Find(scope.Namespace, RecordKind.Content, key) is not null;
                return (own, own ? null : records.Namespaces().Select(name => records.Find(Info.Parser, name, RecordKind.Content, key)).FirstOrDefault(info => info is not null));
            });
            if (!here && elsewhere is null)
            {
                return false;
            }

            if (!here || scope.Lease is not null)
            {
                store.Change(records =>
                {
                    LeaseRecords.Hold(records, scope, LeaseRecords.Content, key);
                    if (elsewhere is not null)
                    {
                        var info = new Info { Digest = key, Size = elsewhere.Size, CreatedAt = LabelRules.Now() };
                        info.UpdatedAt = info.CreatedAt;
                        records.Put(scope.Namespace, RecordKind.Content, key, info);
                    }
                });
            }

            return true;
        }
    }

    private void Release(string name)
    {
        lock (gate)
        {
            writing.Remove(name);
        }
    }
}
