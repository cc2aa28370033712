// O que o livro acrescenta ao mdBook: a busca que dispensa acentos, os textos em português que os
// programas dele escrevem em inglês, e o que ajuda a ler e a imprimir.
//
// Roda depois da elasticlunr e antes de searcher.js e de book.js (veja index.hbs).
'use strict';

// A busca. O índice que vem pronto distingue os acentos, corta as palavras como se fossem inglesas e não vê
// o `bind` de `TcpListener::bind`. Quando se abre a busca, ele é refeito com o texto das páginas, palavra por
// palavra e sem acentos.
(function busca() {
    if (!window.elasticlunr) {
        return;
    }
    const { Index } = elasticlunr;

    const sem_acentos = texto => texto.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    const palavras = texto => sem_acentos(texto).match(/[\p{L}\p{N}]+/gu) || [];
    // "portas" acha "porta", e "conexões" acha "conexão": a busca completa o fim da palavra.
    const raiz = palavra => palavra.replace(/^(.{4,}?)(?:oes|aes|ao|es|is|ns|s)$/, '$1');

    // Quem procura com uma palavra acha também o que está escrito com outra do mesmo grupo.
    const sinonimos = [
        ['em uso', 'ocupada', 'ocupado', 'já usada', 'sendo usada', 'endereço em uso'],
        ['recusada', 'recusou', 'ninguém atende', 'refused'],
        ['não existe', 'não encontrado', 'não achei', 'not found'],
        ['sem resposta', 'nenhuma resposta', 'travou', 'parou', 'trava', 'timeout'],
        ['permissão negada', 'acesso negado', 'permission denied'],
        ['apagar', 'excluir', 'deletar', 'remover'],
        ['baixa', 'baixar', 'download', 'transferência'],
        ['acento', 'acentos', 'acentuação', 'utf-8', 'unicode', 'caracteres estranhos'],
        ['diretório', 'pasta'],
        ['usuário', 'login', 'conta'],
        ['encerra', 'encerrar', 'sair', 'fechar', 'parar'],
        ['thread', 'ao mesmo tempo', 'simultâneo', 'vários clientes'],
        ['endereço ip', 'número ip'],
        ['nome de domínio', 'dns', 'nome de máquina'],
        ['instale', 'instalar', 'instalação'],
        ['senha errada', '530', 'login incorreto'],
        ['derrubou a conexão', 'perdeu a conexão', 'caiu', 'desconectou'],
        ['pela metade', 'cortada', 'cortou', 'incompleta', 'incompleto'],
        ['entre duas máquinas', 'outro computador', 'meu ip', 'ip da minha máquina', 'wifi'],
        ['cifra', 'cifrar', 'cifrado', 'cifrada', 'criptografia'],
        ['bot', 'robô'],
    ];
    const com_sinonimos = texto => {
        const limpo = ` ${palavras(texto).join(' ')} `;
        const tem = expressao => limpo.includes(` ${palavras(expressao).join(' ')} `);
        return [texto, ...sinonimos.filter(grupo => grupo.some(tem)).flat()].join(' ');
    };

    elasticlunr.tokenizer = texto => palavras(String(texto ?? ''));

    Index.load = pronto => {
        const indice = new Index();
        indice.setRef(pronto.ref);
        pronto.fields.forEach(campo => indice.addField(campo));
        Object.values(pronto.documentStore.docs).forEach(doc => {
            // "udp firewall": uma palavra pode estar só no nome do capítulo. No trecho, o texto é só o texto.
            indice.addDoc({
                ...doc,
                title: com_sinonimos(doc.title),
                body: com_sinonimos(`${doc.breadcrumbs} ${doc.body}`),
            });
            indice.documentStore.addDoc(doc[pronto.ref], doc);
        });
        // A palavra inteira vale mais do que o começo dela.
        indice.search = (texto, opcoes) => {
            const procura = termos => Index.prototype.search.call(indice, termos.join(' '), opcoes);
            const inteiras = new Map(procura(palavras(texto)).map(achado => [achado.ref, achado.score]));
            const achados = procura(palavras(texto).map(raiz));
            quantos_achados = achados.length;
            return achados
                .map(achado => ({ ...achado, score: achado.score + (inteiras.get(achado.ref) || 0) }))
                .sort((um, outro) => outro.score - um.score);
        };
        return indice;
    };

    // searcher.js destaca, no trecho de cada resultado, as palavras que para a stemmer começam como o termo.
    elasticlunr.stemmer = texto => {
        // O trecho já vem com entidades: &#34;bind&#34;.
        const partes = palavras(texto.replace(/&#?\w+;/g, ' '));
        return {
            partes,
            startsWith: termo => termo.partes.length > 0 && termo.partes.map(raiz).every(
                comeco => partes.some(parte => parte.startsWith(comeco))),
        };
    };
})();

// Quantas páginas a última busca achou: searcher.js só mostra as primeiras, e só conta as que mostra.
let quantos_achados = 0;

// O que searcher.js e book.js escrevem. Um observador corre antes de a tela ser pintada: nada pisca.
(function portugues() {
    const observa = (quem, faz) => quem && new MutationObserver(faz).observe(quem, { childList: true });

    const total = document.getElementById('mdbook-searchresults-header');
    observa(total, () => {
        const [, quantos, termo] =
            total.textContent.match(/^(\d+|No) search results? for '(.*)'[:.]$/s) || [];
        if (quantos === 'No') {
            total.textContent = `Nenhum resultado para “${termo}”.`;
        } else if (quantos && Number(quantos) < quantos_achados) {
            total.textContent = `Os primeiros ${quantos} de ${quantos_achados} resultados para “${termo}”:`;
        } else if (quantos) {
            total.textContent = `${quantos} ${quantos === '1' ? 'resultado' : 'resultados'} para “${termo}”:`;
        }
    });

    const resultados = document.getElementById('mdbook-searchresults');
    observa(resultados, () => {
        resultados.querySelectorAll('.teaser').forEach(trecho => {
            trecho.setAttribute('aria-label', 'Trecho da página');
        });
    });

    // No livro.css está o que se vê; aqui, o que se lê em voz alta e o que se copia.
    const caixas = {
        Note: 'Nota', Tip: 'Dica', Important: 'Importante', Warning: 'Atenção', Caution: 'Cuidado',
    };
    document.querySelectorAll('.blockquote-tag-title').forEach(titulo => {
        const texto = titulo.lastChild;
        texto.textContent = caixas[texto.textContent.trim()] || texto.textContent;
    });

    const avisos = { 'Copied!': 'Copiado!', 'Clipboard error!': 'Não foi possível copiar' };
    document.addEventListener('DOMContentLoaded', () => {
        document.querySelectorAll('.clip-button').forEach(botao => {
            botao.title = 'Copiar';
            botao.setAttribute('aria-label', botao.title);
            const aviso = botao.querySelector('.tooltiptext');
            observa(aviso, () => {
                if (avisos[aviso.textContent]) {
                    aviso.textContent = avisos[aviso.textContent];
                }
            });
        });
    });
})();

(function leitura() {
    // As marcas que dizem ao mdBook onde começa e acaba um trecho não são parte do programa.
    document.querySelectorAll('code.language-rust').forEach(codigo => {
        codigo.textContent = codigo.textContent.replace(/^[ \t]*\/\/ ANCHOR(_END)?: .*\n?/gm, '');
    });

    // No celular, uma tabela de textos vira fichas (veja livro.css): cada parte diz de que coluna é.
    document.querySelectorAll('.table-wrapper > table').forEach(tabela => {
        if (tabela.querySelector('td[style*="right"]')) {
            return;
        }
        const colunas = Array.from(tabela.tHead.rows[0].cells, titulo => titulo.textContent);
        tabela.classList.add('fichas');
        tabela.querySelectorAll('td').forEach(parte => {
            parte.dataset.coluna = colunas[parte.cellIndex];
        });
    });

    // Uma listagem de FTP tem uma linha por arquivo: a que não cabe rola, em vez de continuar embaixo.
    document.querySelectorAll('code.language-text').forEach(tela => {
        tela.classList.toggle('listagem', /^[-dl](?:[-r][-w][-xsStT]){3}\s/m.test(tela.textContent));
    });

    document.addEventListener('DOMContentLoaded', () => {
        // Um comando (ou um Ctrl-C) não se parte num hífen: com ele vão a letra de antes e a de depois.
        document.querySelectorAll('main :is(strong, code:not(.language-text, .language-rust, .language-python))').forEach(codigo => {
            const textos = document.createTreeWalker(codigo, NodeFilter.SHOW_TEXT);
            const com_hifen = [];
            while (textos.nextNode()) {
                if (textos.currentNode.data.includes('-')) {
                    com_hifen.push(textos.currentNode);
                }
            }
            com_hifen.forEach(texto => {
                const partes = texto.data.split(/([^\s-]?-+[^\s-]?)/).map((parte, n) => {
                    if (n % 2 === 0) {
                        return parte;
                    }
                    const junto = document.createElement('span');
                    junto.className = 'junto';
                    junto.textContent = parte;
                    return junto;
                });
                texto.replaceWith(...partes);
            });
        });
    });

    // O que rola para o lado, rola também com o teclado.
    const rolam = () => document.querySelectorAll('pre > code, .table-wrapper').forEach(caixa => {
        if (caixa.scrollWidth > caixa.clientWidth) {
            caixa.tabIndex = 0;
        } else {
            caixa.removeAttribute('tabindex');
        }
    });
    window.addEventListener('load', rolam);
    window.addEventListener('resize', rolam);
    document.addEventListener('toggle', rolam, { capture: true });

    // O botão do sumário é um label, que o Enter e o espaço não apertam.
    const botao = document.getElementById('mdbook-sidebar-toggle');
    botao.addEventListener('keydown', tecla => {
        if (tecla.key === 'Enter' || tecla.key === ' ') {
            tecla.preventDefault();
            botao.click();
        }
    });

    const abre = quais => document.querySelectorAll(quais).forEach(dobra => { dobra.open = true; });
    // Quem chega pela busca vê o que procurou, mesmo dentro de uma solução.
    document.addEventListener('DOMContentLoaded', () => abre('details:has(mark)'));
    // No papel não há o que abrir; mas as dicas e as soluções, só a pedido (print.html?solucoes).
    document.querySelectorAll('details').forEach(dobra => {
        dobra.classList.toggle('resposta', /^(Dica|Solução)/.test(dobra.querySelector('summary').textContent));
    });
    window.addEventListener('beforeprint', () => abre('details:not(.resposta)'));
    if (location.search === '?solucoes') {
        abre('details');
    }

    // O livro impresso começa pelo sumário.
    const sumario = document.getElementById('sumario-impresso');
    if (sumario) {
        // Os números das páginas, quem sabe é docs/livro_em_pdf.py.
        const paginas = new URLSearchParams(location.search).get('paginas')?.split(',') ?? [];
        const lista = document.createElement('ol');
        document.querySelectorAll('main h1[id]').forEach((titulo, n) => {
            const link = document.createElement('a');
            link.href = `#${titulo.id}`;
            link.textContent = titulo.textContent;
            link.dataset.pagina = paginas[n] ?? '';
            lista.appendChild(document.createElement('li')).appendChild(link);
        });
        sumario.innerHTML = '<h2 id="sumario-impresso-titulo">Sumário</h2>';
        sumario.appendChild(lista);
    }
})();
