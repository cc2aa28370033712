-- O que o servidor_bot põe em perguntas.db na primeira vez; nas outras, não muda nada.
BEGIN IMMEDIATE;

-- Uma tabela de busca: acha uma pergunta pelas palavras, com ou sem acentos, em maiúsculas ou minúsculas.
CREATE VIRTUAL TABLE IF NOT EXISTS perguntas USING fts5(
    pergunta, resposta UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');

-- O último dia em que cada um entrou.
CREATE TABLE IF NOT EXISTS acessos (nome TEXT PRIMARY KEY, dia TEXT NOT NULL);

-- O que perguntaram e o bot não sabia, uma vez cada; quando há mil, as novas se perdem.
CREATE TABLE IF NOT EXISTS sem_resposta (
    pergunta TEXT PRIMARY KEY, quando TEXT DEFAULT (datetime('now', 'localtime')));
CREATE TRIGGER IF NOT EXISTS sem_lugar BEFORE INSERT ON sem_resposta
    WHEN (SELECT count(*) FROM sem_resposta) >= 1000 BEGIN SELECT raise(IGNORE); END;

INSERT INTO acessos SELECT * FROM (VALUES
    ('ana', date('now', 'localtime')),
    ('beto', date('now', 'localtime', '-1 day')),
    ('carla', date('now', 'localtime', '-7 days')))
WHERE NOT EXISTS (SELECT * FROM perguntas);

-- As três perguntas do capítulo. A resposta da terceira é uma consulta: vale o que ela devolver na hora.
INSERT INTO perguntas SELECT * FROM (VALUES
    ('Qual o e-mail do administrador? (email)', 'O e-mail é admin@escola.example.'),
    ('Qual o ramal do departamento de pessoal?', 'O ramal é o 2020.'),
    ('Quem não efetuou login ainda hoje?',
     'SELECT coalesce(''Falta entrar: '' || group_concat(nome, '', ''), ''Todos já entraram.'')
      FROM acessos WHERE dia < date(''now'', ''localtime'')'))
WHERE NOT EXISTS (SELECT * FROM perguntas);

COMMIT;
