using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Wharf.ContainerdApi.Content.V1;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Content;

/// <summary>A blob on its way: data so far, hashed as it comes. Its owner has it alone until it is disposed; the data stays for the next.</summary>
internal sealed class Ingest : IDisposable
{
    private readonly string folder;
    private readonly Action released;
    private readonly SafeFileHandle data;
    private IncrementalHash hash;
    private bool disposed;

    private Ingest(string folder, Status status, Digest? expected, Action released)
    {
        this.folder = folder;
        this.released = released;
        Status = status;
        Expected = expected;
        hash = expected?.CreateHash() ?? IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        data = File.OpenHandle(DataPath, FileMode.Open, FileAccess.ReadWrite);
    }

    public Status Status { get; }

    public Digest? Expected { get; }

    public long Offset { get; private set; }

    public string DataPath => Path.Combine(folder, IngestFiles.Data);

    /// <summary>The digest of what is there so far.</summary>
    public string DigestSoFar => $"{hash.AlgorithmName.Name!.ToLowerInvariant()}:{Convert.ToHexStringLower(hash.GetCurrentHash())}";

    public static Ingest Open(string folder, string scope, string reference, long total, Digest? expected, Action released)
    {
        IngestFiles? found = IngestFiles.TryRead(folder);
        if (found is null || (total > 0 && found.Status.Total > 0 && found.Status.Total != total))
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            IngestFiles.Create(folder, scope, reference, total);
            found = IngestFiles.TryRead(folder) ?? throw new IOException($"open ingest \"{reference}\": cannot read back what was written");
        }

        found.Status.Expected = expected?.ToString() ?? string.Empty;
        var ingest = new Ingest(folder, found.Status, expected, released);
        try
        {
            ingest.HashWhatIsThere();
        }
        catch
        {
            // The lock is its caller's until this returns.
            ingest.data.Dispose();
            ingest.hash.Dispose();
            throw;
        }

        return ingest;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (Status.Total > 0 && Offset + bytes.Length > Status.Total)
        {
            throw new ContainerdException(ErrorKind.OutOfRange, $"write of {bytes.Length} bytes at {Offset} exceeds total size {Status.Total}: out of range");
        }

        try
        {
            RandomAccess.Write(data, bytes, Offset);
        }
        catch (IOException error)
        {
            // What is on a full disk only keeps it full.
            Remove();
            throw WriteFailure.Of("write ingest", Status.Ref, error);
        }

        hash.AppendData(bytes);
        Offset += bytes.Length;
    }

    /// <summary>Drops what is there, to begin anew.</summary>
    public void Truncate()
    {
        RandomAccess.SetLength(data, 0);
        hash.Dispose();
        hash = Expected?.CreateHash() ?? IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Offset = 0;
    }

    /// <summary>Verifies size and digest, and brings the data to the disk.</summary>
    public Digest Finish(long size, Digest? expected)
    {
        if (size > 0 && size != Offset)
        {
            throw ContainerdException.Precondition($"\"{Status.Ref}\" failed size validation: {Offset} != {size}");
        }

        if (expected is not null && !string.Equals(expected.Algorithm, hash.AlgorithmName.Name, StringComparison.OrdinalIgnoreCase))
        {
            hash.Dispose();
            hash = expected.CreateHash();
            Offset = 0;
            HashWhatIsThere();
        }

        Digest actual = Digest.Of(hash);
        if (expected is not null && actual != expected)
        {
            throw ContainerdException.Precondition($"unexpected commit digest {actual}, expected {expected}");
        }

        try
        {
            RandomAccess.FlushToDisk(data);
        }
        catch (IOException error)
        {
            Remove();
            throw WriteFailure.Of("sync ingest", Status.Ref, error);
        }

        return actual;
    }

    /// <summary>The folder, after its data has become a blob, or is not wanted.</summary>
    public void Remove()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            data.Dispose();
            hash.Dispose();
            released();
        }
    }

    private void HashWhatIsThere()
    {
        byte[] buffer = new byte[1 << 17];
        int count;
        while ((count = RandomAccess.Read(data, buffer, Offset)) > 0)
        {
            hash.AppendData(buffer, 0, count);
            Offset += count;
        }
    }
}
