/** Brings a model from a JSON or YAML file into a room; every error of the file is shown. */
import { Button, FileInput, Group, Modal, Stack, TextInput } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { type FormEvent, useState } from "react";

import { api, ApiError, designerUrl, explain, type FileError } from "../shared/api";
import { go } from "../shared/router";
import { nameFault, suggestName } from "./names";

interface ImportDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onImported: () => void;
}

export function ImportDialog({ isOpen, onClose, onImported }: ImportDialogProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Import file" size="lg">
      {isOpen && <ImportForm onClose={onClose} onImported={onImported} />}
    </Modal>
  );
}

function ImportForm({ onClose, onImported }: Omit<ImportDialogProps, "isOpen">) {
  const [file, setFile] = useState<File | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [isSent, setSent] = useState(false);
  const name = typed ?? suggestName((file?.name ?? "").replace(/\.[^.]*$/u, ""));
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setSent(true);
    if (file === null || nameFault(name) !== null) return;
    setBusy(true);
    setFailure(null);
    try {
      await api.importFile(name, await file.text(), isYaml(file) ? "application/yaml" : "application/json");
      onImported();
      go(designerUrl(name));
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <Stack gap="md">
        <FileInput
          label="Model file"
          description="An application as JSON or YAML."
          placeholder="Choose a file"
          accept=".json,.yaml,.yml,application/json,application/yaml"
          value={file}
          error={isSent && file === null ? "Choose a file first." : null}
          onChange={(chosen) => {
            setFile(chosen);
            setFailure(null);
          }}
          clearable
        />
        <TextInput
          label="Room"
          description="A new name makes a room; an existing room's model is replaced by the file."
          required
          value={name}
          error={isSent || typed !== null ? nameFault(name) : null}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {failure !== null && <ImportErrors failure={failure} />}
        <Group justify="flex-end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="filled" loading={isBusy}>Import</Button>
        </Group>
      </Stack>
    </form>
  );
}

function ImportErrors({ failure }: { readonly failure: unknown }) {
  const errors = failure instanceof ApiError ? failure.errors : [];
  return (
    <section className="dr-import-errors" role="alert" aria-label="Errors in the file">
      <p>
        <CircleAlert size={14} aria-hidden /> {explain(failure)} {errors.length > 0 && "Nothing was changed."}
      </p>
      {errors.length > 0 && (
        <div className="dr-import-list" tabIndex={0} role="group" aria-label="List of errors">
          <table className="dr-table">
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">Where</th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              {errors.map((error, index) => <ErrorRow key={index} error={error} />)}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ErrorRow({ error }: { readonly error: FileError }) {
  return (
    <tr>
      <td className="dr-number">{error.line ?? "–"}</td>
      <td><code>{error.pointer === "" ? "/" : error.pointer}</code></td>
      <td>{error.reason}</td>
    </tr>
  );
}

function isYaml(file: File): boolean {
  return /\.ya?ml$/iu.test(file.name);
}
